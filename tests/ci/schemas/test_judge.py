"""What the API server would refuse or drop: each rule of the schemas, with the place of its finding."""

from __future__ import annotations

import textwrap

import pytest

from antrea_ci.bundle.objects import read_objects
from antrea_ci.findings import Finding
from antrea_ci.schemas.judge import judge

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  replicas: 3
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: r.example.org/web:v1
          ports:
            - containerPort: 80
          resources:
            limits:
              memory: 1Gi
"""
WIDGET_CRD = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets.example.org
spec:
  group: example.org
  scope: Namespaced
  names: {kind: Widget, listKind: WidgetList, plural: widgets, singular: widget}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          required: [spec]
          properties:
            spec:
              type: object
              required: [size]
              properties:
                size: {type: integer, minimum: 1, exclusiveMinimum: true}
                port: {x-kubernetes-int-or-string: true}
                free: {type: object, x-kubernetes-preserve-unknown-fields: true}
                note: {type: string, nullable: true}
                tags: {type: array, items: {type: string}, x-kubernetes-list-type: set}
                extra: {type: object, additionalProperties: {type: string}}
                either:
                  type: object
                  properties: {a: {type: string}, b: {type: string}}
                  oneOf: [{required: [a]}, {required: [b]}]
            status: {type: object}
"""
WIDGET = """
apiVersion: example.org/v1
kind: Widget
metadata:
  name: w
  namespace: shop
spec:
  size: 2
"""


def found(text: str, minor: int = 25, flavour: str = "openshift") -> list[Finding]:
    objects = read_objects({"a.yaml": text.lstrip("\n").encode()}, "rendered")
    return list(judge(objects, minor, flavour))


def one(text: str, minor: int = 25, flavour: str = "openshift") -> tuple[str, str, str]:
    """Rule, place and message of the only finding."""
    (finding,) = found(text, minor, flavour)
    return finding.rule, f"{finding.location.line}:{finding.location.column}", finding.message


def widget(spec: str) -> str:
    """The definition, and as the second document a Widget with this ``spec``, which starts in line 7 of it."""
    return (
        WIDGET_CRD + "---" + WIDGET.replace("  size: 2\n", textwrap.indent(textwrap.dedent(spec).strip(), "  ") + "\n")
    )


def widget_fault(spec: str) -> tuple[str, int, str]:
    """Rule, line below `spec:` and message of the only finding about a Widget with this spec."""
    (finding,) = found(widget(spec))
    assert finding.object == "Widget/shop/w"
    assert finding.location.document == 1
    first = widget(spec).lstrip("\n").split("\n").index("  name: w") + 4
    return finding.rule, finding.location.line - first, finding.message


def test_a_valid_object_gives_nothing():
    assert found(DEPLOYMENT) == []


def test_a_misspelt_field_is_told_at_its_key_with_the_right_one():
    rule, place, message = one(DEPLOYMENT.replace("replicas:", "replica:"))
    assert (rule, place) == ("schema/unknown-field", "7:3")
    assert message == "the key `spec.replica` is not known (did you mean replicas?)"


def test_every_misspelt_field_is_told():
    text = DEPLOYMENT.replace("replicas:", "replica:").replace("image:", "imag:").replace("memory:", "Memory:")
    assert [(item.rule, item.location.line) for item in found(text)] == [
        ("schema/unknown-field", 18),
        ("schema/unknown-field", 7),
    ]


def test_a_value_of_another_type_is_told_at_its_value():
    rule, place, message = one(DEPLOYMENT.replace("replicas: 3", 'replicas: "3"'))
    assert (rule, place) == ("schema/value", "7:13")
    assert message == "`spec.replicas`: '3' is not a whole number"


def test_a_number_where_a_text_is_due_wants_quotes():
    _, place, message = one(DEPLOYMENT.replace("- name: web", "- name: 7"))
    assert place == "17:17"
    assert message == "`spec.template.spec.containers[0].name`: 7 is not a text; put it into quotes"


def test_a_missing_field_is_told_at_the_mapping_that_lacks_it():
    rule, place, message = one(DEPLOYMENT.replace("- name: web\n          image", "- image"))
    assert (rule, place) == ("schema/missing-field", "17:11")
    assert message == "`spec.template.spec.containers[0].name` is missing"


def test_a_number_that_its_type_cannot_hold_is_refused():
    rule, place, _ = one(DEPLOYMENT.replace("containerPort: 80", "containerPort: 99999999999"))
    assert (rule, place) == ("schema/value", "20:30")


@pytest.mark.parametrize("quantity", ["1Gi", "500m", "0.5", '"1e3"', "12", ".5Ki"])
def test_a_quantity_in_any_of_its_forms_is_taken(quantity: str):
    assert found(DEPLOYMENT.replace("memory: 1Gi", f"memory: {quantity}")) == []


@pytest.mark.parametrize("quantity", ["1GiB", "1 Gi", '""', "[1]", "eight"])
def test_a_quantity_in_another_form_is_refused(quantity: str):
    assert one(DEPLOYMENT.replace("memory: 1Gi", f"memory: {quantity}"))[:2] == ("schema/value", "23:23")


def test_a_number_that_json_cannot_hold_is_refused():
    rule, place, message = one(DEPLOYMENT.replace("replicas: 3", "replicas: .inf"))
    assert (rule, place, message) == ("schema/value", "7:13", "`spec.replicas` is no number that JSON can hold")


def test_a_word_that_is_not_among_the_known_ones_is_refused():
    text = WIDGET_CRD.replace("size: {type: integer,", "size: {type: integer, enum: [2, 3],") + "---" + WIDGET
    rule, _, message = one(text.replace("size: 2", "size: 4"))
    assert (rule, message) == ("schema/value", "`spec.size`: 4 is not one of 2, 3")


def secret(value: str) -> str:
    return f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\n  namespace: shop\ndata:\n  key: {value}\n"


def test_data_of_a_secret_must_be_base64():
    assert found(secret("aGVsbG8=")) == []
    rule, place, message = one(secret("hello!"))
    assert (rule, place, message) == ("schema/value", "7:8", "`data.key`: the value is not base64")


@pytest.mark.parametrize("value", ["12345678", "[hunter2]", "{a: hunter2}", "hunter2-hunter2"])
def test_no_message_shows_what_a_secret_holds(value: str):
    (finding,) = found(secret(value))
    assert "hunter2" not in finding.message
    assert "12345678" not in finding.message


def test_an_unknown_kind_is_an_error():
    text = DEPLOYMENT.replace("kind: Deployment", "kind: Deploymnet")
    rule, place, message = one(text)
    assert (rule, place) == ("schema/unknown-kind", "2:7")
    assert "did you mean Deployment?" in message


def test_a_kind_of_a_group_with_the_same_beginning_is_another_one():
    policy = "apiVersion: networking.example.org/v1\nkind: NetworkPolicy\nmetadata: {name: a, namespace: b}\n"
    assert one(policy)[0] == "schema/unknown-kind"


def test_a_version_that_this_kubernetes_does_not_serve_names_the_one_that_it_serves():
    budget = "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: a, namespace: b}\n"
    rule, place, message = one(budget)
    assert (rule, place) == ("schema/api-version", "1:13")
    assert message == "this cluster knows PodDisruptionBudget as policy/v1, not as policy/v1beta1"


def test_each_kubernetes_version_has_kinds_of_its_own():
    policy = """
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: a
"""
    assert one(policy, 25)[0] == "schema/unknown-kind"
    assert found(policy, 31) == []


def test_openshift_kinds_are_known_there_and_nowhere_else():
    network = "apiVersion: operator.openshift.io/v1\nkind: Network\nmetadata: {name: cluster}\nspec: {}\n"
    assert found(network, flavour="openshift") == []
    assert one(network, flavour="kubernetes")[0] == "schema/unknown-kind"


def test_a_list_of_one_kind_is_no_object():
    assert one("apiVersion: v1\nkind: ConfigMapList\nmetadata: {name: a}\nitems: []\n")[0] == "schema/unknown-kind"


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("size: 2\nfree: {a: {b: [1]}}", None),
        ("size: 2\nnote: null", None),
        ("size: 2\ntags: null", None),
        ("size: 2\nport: http", None),
        ("size: 2\nextra: {a: b}", None),
        ("size: 2\neither: {a: x}", None),
        ("size: 1", ("schema/value", 0)),
        ("size: two", ("schema/value", 0)),
        ("size: null", ("schema/value", 0)),
        ("size: 2\nport: [1]", ("schema/value", 1)),
        ("size: 2\ntags: [a, a]", ("schema/value", 1)),
        ("size: 2\nextra: {a: 1}", ("schema/value", 1)),
        ("size: 2\neither: {}", ("schema/value", 1)),
        ("size: 2\neither: {a: x, b: z}", ("schema/value", 1)),
        ("size: 2\nsise: 3", ("schema/unknown-field", 1)),
        ("size: 2\neither: {a: x, c: z}", ("schema/unknown-field", 1)),
    ],
)
def test_a_custom_resource_is_judged_by_its_definition(spec: str, expected: tuple[str, int] | None):
    if expected is None:
        assert found(widget(spec)) == []
    else:
        assert widget_fault(spec)[:2] == expected


def test_metadata_of_a_custom_resource_is_that_of_every_object():
    text = WIDGET_CRD + "---" + WIDGET.replace("  namespace: shop", "  namespace: shop\n  label: {a: b}")
    (finding,) = found(text)
    assert finding.rule == "schema/unknown-field"
    assert finding.message == "the key `metadata.label` is not known (did you mean labels?)"


def test_a_version_that_the_definition_does_not_serve_is_unknown():
    rule, _, message = one(WIDGET_CRD + "---" + WIDGET.replace("example.org/v1", "example.org/v2"))
    assert (rule, message) == (
        "schema/api-version",
        "this cluster knows Widget as example.org/v1, not as example.org/v2",
    )


def test_a_definition_is_named_after_what_it_defines():
    rule, place, message = one(WIDGET_CRD.replace("name: widgets.example.org", "name: widget.example.org"))
    assert (rule, place) == ("schema/crd", "4:9")
    assert "must be widgets.example.org" in message


def test_a_definition_stores_exactly_one_version():
    assert one(WIDGET_CRD.replace("storage: true", "storage: false"))[:2] == ("schema/crd", "10:5")


def test_a_definition_with_a_broken_pattern_is_told_once_and_judges_nothing():
    text = WIDGET_CRD.replace("note: {type: string,", 'note: {type: string, pattern: "[",') + "---" + WIDGET
    rule, place, message = one(text.replace("size: 2", "sise: 2"))
    assert (rule, place) == ("schema/crd", "15:11")
    assert "version v1 cannot be used" in message


@pytest.mark.parametrize(
    ("kind", "name"),
    [("Deployment", "Web"), ("Deployment", "web_1"), ("Deployment", "-web"), ("Deployment", "a" * 254)],
)
def test_a_name_that_the_kind_cannot_have_is_refused(kind: str, name: str):
    text = DEPLOYMENT.replace("metadata:\n  name: web", f"metadata:\n  name: {name}", 1)
    assert one(text)[:2] == ("schema/name", "4:9")


def test_roles_may_have_colons_and_capitals():
    role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: 'system:Antrea'}\nrules: []\n"
    assert found(role) == []
    assert one(role.replace("system:Antrea", "a/b"))[0] == "schema/name"


def test_a_namespace_has_no_dots_in_its_name():
    assert one("apiVersion: v1\nkind: Namespace\nmetadata: {name: a.b}\n")[:2] == ("schema/name", "3:18")


def test_a_namespaced_object_names_its_namespace():
    assert one(DEPLOYMENT.replace("  namespace: shop\n", ""))[:2] == ("schema/namespace", "3:1")


def test_a_cluster_wide_object_names_none():
    text = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n  namespace: b\n"
    assert one(text)[:2] == ("schema/namespace", "5:3")


def test_the_scope_of_a_custom_kind_is_that_of_its_definition():
    text = WIDGET_CRD.replace("scope: Namespaced", "scope: Cluster") + "---" + WIDGET
    assert one(text)[0] == "schema/namespace"
    assert found(text.replace("  namespace: shop\n", "")) == []


@pytest.mark.parametrize(
    ("label", "column"), [("'a b': c", 5), ("a/b/c: d", 5), ("a: 'b c'", 8), ("a: -b", 8), (f"a: {'b' * 64}", 8)]
)
def test_a_malformed_label_is_refused(label: str, column: int):
    text = DEPLOYMENT.replace("  namespace: shop\n", f"  namespace: shop\n  labels:\n    {label}\n")
    assert one(text)[:2] == ("schema/label", f"7:{column}")


def test_annotations_hold_any_text_under_a_proper_key():
    text = DEPLOYMENT.replace("  namespace: shop\n", "  namespace: shop\n  annotations:\n    example.org/a: 'b c'\n")
    assert found(text) == []
    assert one(text.replace("example.org/a", "example_org/a"))[:2] == ("schema/label", "7:5")


def test_a_selector_selects_the_pods_of_its_own_template():
    rule, place, message = one(
        DEPLOYMENT.replace("      labels:\n        app: web", "      labels:\n        app: shop")
    )
    assert (rule, place) == ("schema/selector", "10:12")
    assert "app=web" in message
