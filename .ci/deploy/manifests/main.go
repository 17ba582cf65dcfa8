// Manifests builds a kustomization and judges every object in it as the API server would:
// manifests FOLDER [FILE...]. The files are further objects, such as secrets, that the
// kustomization leaves out.
//
// Fields are decoded strictly, defaults are filled in, and the validation is that of
// Kubernetes itself. Pods are held to the "restricted" Pod Security Standard
// (https://kubernetes.io/docs/concepts/security/pod-security-standards/). What refers to
// something must find it in the same set.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "manifests FOLDER [FILE...]")
		os.Exit(2)
	}
	if err := check(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func check(folder string, files []string) error {
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), folder)
	if err != nil {
		return err
	}
	text, err := built.AsYaml()
	if err != nil {
		return err
	}
	objects, err := decode(folder, text)
	if err != nil {
		return err
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		more, err := decode(name, text)
		if err != nil {
			return err
		}
		objects = append(objects, more...)
	}
	var problems []error
	for _, o := range objects {
		problems = append(problems, validate(o))
	}
	problems = append(problems, references(objects))
	if err := errors.Join(problems...); err != nil {
		return err
	}
	for _, o := range objects {
		fmt.Println(name(o))
	}
	return nil
}

// decode reads objects and lets no field pass that they do not have.
func decode(source string, text []byte) ([]runtime.Object, error) {
	strict := json.NewSerializerWithOptions(json.DefaultMetaFactory, legacyscheme.Scheme, legacyscheme.Scheme,
		json.SerializerOptions{Yaml: true, Strict: true})
	documents := yaml.NewDocumentDecoder(io.NopCloser(bytes.NewReader(text)))
	defer documents.Close()
	buffer := make([]byte, len(text)+1)
	var objects []runtime.Object
	for {
		n, err := documents.Read(buffer)
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", source, err)
		}
		if len(bytes.TrimSpace(buffer[:n])) == 0 {
			continue
		}
		o, _, err := strict.Decode(buffer[:n], nil, nil)
		if err != nil {
			return nil, fmt.Errorf("%s: %w\n%s", source, err, buffer[:n])
		}
		objects = append(objects, o)
	}
}
