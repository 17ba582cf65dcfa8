package main

import (
	"errors"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// references says what refers to nothing. The API server takes that: it may come later.
func references(objects []runtime.Object) error {
	var problems []error
	for _, o := range objects {
		var err error
		switch o := o.(type) {
		case *corev1.Service:
			err = service(o, objects)
		case *networkingv1.NetworkPolicy:
			err = policyPeers(o, objects)
		case *policyv1.PodDisruptionBudget:
			err = chosen(o.Spec.Selector, objects)
		default:
			if t := template(o); t != nil {
				err = podSpec(&t.Spec, objects)
			}
		}
		if m, e := meta.Accessor(o); e == nil && m.GetNamespace() == "" {
			if _, ok := o.(*corev1.Namespace); !ok {
				err = errors.Join(err, errors.New("has no namespace"))
			}
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", name(o), err))
		}
	}
	return errors.Join(problems...)
}

// chosen reports a selector that chooses no pods.
func chosen(s *metav1.LabelSelector, objects []runtime.Object) error {
	selector, err := metav1.LabelSelectorAsSelector(s)
	if err != nil {
		return err
	}
	for _, o := range objects {
		if t := template(o); t != nil && selector.Matches(labels.Set(t.Labels)) {
			return nil
		}
	}
	return fmt.Errorf("%s chooses no pods", selector)
}

func service(s *corev1.Service, objects []runtime.Object) error {
	problems := []error{chosen(&metav1.LabelSelector{MatchLabels: s.Spec.Selector}, objects)}
	for _, o := range objects {
		t := template(o)
		if t == nil || !labels.SelectorFromSet(s.Spec.Selector).Matches(labels.Set(t.Labels)) {
			continue
		}
		for _, p := range s.Spec.Ports {
			problems = append(problems, port(&t.Spec, p.TargetPort))
		}
	}
	return errors.Join(problems...)
}

// port reports a port that no container has, by its name or number.
func port(spec *corev1.PodSpec, want intstr.IntOrString) error {
	for _, c := range spec.Containers {
		for _, p := range c.Ports {
			if want.Type == intstr.String && p.Name == want.StrVal || want.Type == intstr.Int && p.ContainerPort == want.IntVal {
				return nil
			}
		}
	}
	return fmt.Errorf("no container has the port %q", want.String())
}

func policyPeers(p *networkingv1.NetworkPolicy, objects []runtime.Object) error {
	var peers []networkingv1.NetworkPolicyPeer
	for _, in := range p.Spec.Ingress {
		peers = append(peers, in.From...)
	}
	for _, out := range p.Spec.Egress {
		peers = append(peers, out.To...)
	}
	problems := []error{chosen(&p.Spec.PodSelector, objects)}
	for _, peer := range peers {
		if peer.PodSelector != nil && peer.NamespaceSelector == nil { // those elsewhere are not ours to know
			problems = append(problems, chosen(peer.PodSelector, objects))
		}
	}
	return errors.Join(problems...)
}

func podSpec(spec *corev1.PodSpec, objects []runtime.Object) error {
	var problems []error
	for _, v := range spec.Volumes {
		switch {
		case v.ConfigMap != nil:
			problems = append(problems, key(objects, "ConfigMap", v.ConfigMap.Name, ""))
		case v.Secret != nil:
			problems = append(problems, key(objects, "Secret", v.Secret.SecretName, ""))
		}
	}
	for _, c := range slices.Concat(spec.InitContainers, spec.Containers) {
		for _, e := range c.Env {
			if e.ValueFrom != nil && e.ValueFrom.SecretKeyRef != nil {
				problems = append(problems, key(objects, "Secret", e.ValueFrom.SecretKeyRef.Name, e.ValueFrom.SecretKeyRef.Key))
			}
		}
		for _, p := range []*corev1.Probe{c.LivenessProbe, c.ReadinessProbe, c.StartupProbe} {
			if p != nil && p.HTTPGet != nil {
				problems = append(problems, port(spec, p.HTTPGet.Port))
			}
		}
	}
	return errors.Join(problems...)
}

// key reports a secret or a map that is not there, or has not the key that is named.
func key(objects []runtime.Object, kind, of, want string) error {
	for _, o := range objects {
		if name(o) != kind+"/"+of {
			continue
		}
		if s, ok := o.(*corev1.Secret); ok && want != "" {
			if _, data := s.Data[want]; !data && s.StringData[want] == "" {
				return fmt.Errorf("the secret %s has no %s", of, want)
			}
		}
		return nil
	}
	return fmt.Errorf("%s %s not found", kind, of)
}
