package main

import (
	"errors"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/apps"
	appsvalidation "k8s.io/kubernetes/pkg/apis/apps/validation"
	"k8s.io/kubernetes/pkg/apis/core"
	corevalidation "k8s.io/kubernetes/pkg/apis/core/validation"
	"k8s.io/kubernetes/pkg/apis/networking"
	networkingvalidation "k8s.io/kubernetes/pkg/apis/networking/validation"
	"k8s.io/kubernetes/pkg/apis/policy"
	policyvalidation "k8s.io/kubernetes/pkg/apis/policy/validation"
	"k8s.io/pod-security-admission/api"
	security "k8s.io/pod-security-admission/policy"
)

// name is how people call an object.
func name(o runtime.Object) string {
	kind := o.GetObjectKind().GroupVersionKind().Kind
	m, err := meta.Accessor(o)
	if err != nil {
		return kind
	}
	return kind + "/" + m.GetName()
}

// validate says what Kubernetes has against an object.
func validate(o runtime.Object) error {
	filled := o.DeepCopyObject()
	legacyscheme.Scheme.Default(filled)
	group := o.GetObjectKind().GroupVersionKind().Group
	internal, err := legacyscheme.Scheme.ConvertToVersion(filled, schema.GroupVersion{Group: group, Version: runtime.APIVersionInternal})
	if err != nil {
		return fmt.Errorf("%s: %w", name(o), err)
	}
	problems, err := judge(internal)
	if err == nil {
		err = problems.ToAggregate()
	}
	if err = errors.Join(err, restricted(o)); err != nil {
		return fmt.Errorf("%s: %w", name(o), err)
	}
	return nil
}

func judge(o runtime.Object) (field.ErrorList, error) {
	switch o := o.(type) {
	case *core.Namespace:
		return corevalidation.ValidateNamespace(o), nil
	case *core.Secret:
		return corevalidation.ValidateSecret(o), nil
	case *core.ConfigMap:
		return corevalidation.ValidateConfigMap(o), nil
	case *core.Service:
		if o.Spec.ClusterIP != "" { // the API server fills in the list before it looks
			o.Spec.ClusterIPs = []string{o.Spec.ClusterIP}
		}
		return corevalidation.ValidateServiceCreate(o), nil
	case *apps.Deployment:
		return appsvalidation.ValidateDeployment(o, pod.GetValidationOptionsFromPodTemplate(&o.Spec.Template, nil)), nil
	case *apps.StatefulSet:
		return appsvalidation.ValidateStatefulSet(o, pod.GetValidationOptionsFromPodTemplate(&o.Spec.Template, nil)), nil
	case *networking.NetworkPolicy:
		return networkingvalidation.ValidateNetworkPolicy(o, networkingvalidation.NetworkPolicyValidationOptions{}), nil
	case *policy.PodDisruptionBudget:
		return policyvalidation.ValidatePodDisruptionBudget(o, policyvalidation.PodDisruptionBudgetValidationOptions{}), nil
	}
	return nil, fmt.Errorf("%T is of a kind that is not checked here", o)
}

// template is what an object makes its pods of; nil if it makes none.
func template(o runtime.Object) *corev1.PodTemplateSpec {
	switch o := o.(type) {
	case *appsv1.Deployment:
		return &o.Spec.Template
	case *appsv1.StatefulSet:
		return &o.Spec.Template
	}
	return nil
}

func restricted(o runtime.Object) error {
	t := template(o)
	if t == nil {
		return nil
	}
	evaluator, err := security.NewEvaluator(security.DefaultChecks(), nil)
	if err != nil {
		return err
	}
	results := evaluator.EvaluatePod(api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}, &t.ObjectMeta, &t.Spec)
	if sum := security.AggregateCheckResults(results); !sum.Allowed {
		return errors.New("not restricted: " + sum.ForbiddenDetail())
	}
	return nil
}
