"""What is a secret in a file, and what only looks like one."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from antrea_ci.secret_scan import scan
from support.plants import FORMS, PLANTS, Chance
from support.repos import ROOT, SHARED

WORD = "aZ7" + "kQ2mX9pL4tR8"  # random enough, and of no use to anybody
LOGIN = base64.b64encode(f"robot:{WORD}".encode()).decode()


def rules(text: str | bytes, name: str = "a.yaml") -> list[str]:
    return [hit.rule for hit in scan(text if isinstance(text, bytes) else text.encode(), name)]


def assert_found(plant: str, form: str, seed: int, name: str) -> None:
    rule, make = PLANTS[plant]
    text = f"first: line\n{FORMS[form](make(Chance(seed)))}\nlast: line\n"
    assert rule in rules(text, name), text


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("plant", PLANTS)
def test_every_kind_is_found_in_every_form(plant: str, form: str):
    for seed, name in enumerate(["install-config.yaml", "README.md", "notes", ".env"]):
        assert_found(plant, form, seed, name)


@settings(max_examples=400)
@given(
    st.sampled_from(sorted(PLANTS)), st.sampled_from(sorted(FORMS)), st.integers(0), st.sampled_from(["a.md", "a.json"])
)
def test_whatever_the_secret_is(plant: str, form: str, seed: int, name: str):
    assert_found(plant, form, seed, name)


@given(plant=st.sampled_from(sorted(PLANTS)), seed=st.integers(0, 10**9))
def test_a_finding_never_shows_the_secret(plant: str, seed: int):
    secret = PLANTS[plant][1](Chance(seed))
    hits = scan(secret.encode(), "a.yaml")
    words = {part for part in secret.replace('"', " ").split() if len(part) > 11 and any(c.isdigit() for c in part)}
    assert hits
    assert not any(word in hit.what for hit in hits for word in words)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_the_encoding_of_the_file_does_not_matter(encoding: str):
    assert rules(f"a: b\npassword: {WORD}\n".encode(encoding)) == ["password"]


def test_a_token_over_two_lines_is_found():
    token = "ghp_" + WORD * 3
    assert rules(f'a: "{token[:20]}\\\n  {token[20:]}"\n') == ["token"]


def test_bytes_that_are_no_text_are_searched_too():
    assert rules(b"\xfd\xfe\xff\x00" + f"glpat-{WORD}{WORD}".encode() + b"\x80", "a.bin") == ["token"]


def test_the_place_is_that_of_the_value():
    text = f"a: b\nplatform:\n  vsphere: {{user: me, password: '{WORD}'}}\n"
    (hit,) = scan(text.encode(), "install-config.yaml")
    assert text[hit.offset :].startswith(WORD)


@given(before=st.text(st.characters(exclude_categories=["Cs"])).map(lambda text: text.replace("\\", "/")))
def test_the_place_in_a_text_with_escapes_is_that_in_the_file(before: str):
    text = before + '\n{"a": "x\\n\\ty\\n\\"password\\": \\"' + WORD + '\\""}\n'
    places = [hit.offset for hit in scan(text.encode(), "a.json") if hit.rule == "password"]
    assert len(text[: text.rindex(WORD)].encode()) in places


@given(st.binary(max_size=300), st.sampled_from(["a.yaml", "a.md", "a.ign", "b"]))
def test_no_content_can_crash_it(data: bytes, name: str):
    assert isinstance(scan(b"kind: Secret\ndata:\n a: " + data, name), list)


# --- Keys and their values --------------------------------------------------------------------------------------------

PLACEHOLDERS = [
    "",
    "''",
    '""',
    "null",
    "~",
    "<password>",
    "<the password of vCenter>",
    "${VCENTER_PASSWORD}",
    "$VCENTER_PASSWORD",
    "$(cat file)",
    "{{ vcenter_password }}",
    "'#{ password }#'",
    "ENC[AES256_GCM,data:abc=,iv:abc=,tag:abc=,type:str]",
    "REDACTED",
    "'***'",
    "xxxxxxxx",
    "...",
    "changeme",
    "change-me",
    "replace-me",
    "your-password",
    "PASSWORD",
    "vault:secret/data/vcenter",
    "# injected at install time",
]


@pytest.mark.parametrize("value", PLACEHOLDERS)
@pytest.mark.parametrize("name", ["install-config.yaml", "README.md"])
def test_a_value_that_stands_for_another_is_fine(name: str, value: str):
    assert rules(f"platform:\n  vsphere:\n    password: {value}\n    server: a\n", name) == []


@pytest.mark.parametrize(
    "text",
    [
        "password: b",
        "password: pass",
        "password: 12345678",
        "password: VMware1!",
        "Password: geheim",
        "password: my own words",
        "password:\n  VMware1!",
        "password: !!str VMware1!",
        "password: &a VMware1!",
        "password: >-\n  VMware1!",
        "{user: a, password: b}",
        '{"password":"b"}',
        "bmc:\n  address: a\n  password: b",
        "admin_password = b",
        "DB_PASSWD=b",
        "<password>b</password>",
        "env:\n  - name: VCENTER_PASSWORD\n    value: b",
        '[{"name": "PASSWORD", "value": "b"}]',
        "ANTREA_GITOPS_SECRET_NSX=admin:b",
        "ansible_become_pass: VMware1!",
        "literals:\n  - bindpw=b",
        "aB3de-Fg4hi-Jk5lm-No6pq",
    ],
)
def test_in_a_file_of_data_every_other_value_is_a_password(text: str):
    assert rules(text + "\n") == ["password"]


@pytest.mark.parametrize(
    "text",
    [
        "The password: required, and not empty.",
        "password: see the vault",
        "`password=password`",
        "def login(password: str) -> None:",
        "password = config.get('password')",
        "password = values[1].decode()",
        "Login with user and password.",
        "passwordFile: /etc/a1",
        "a: password",
    ],
)
def test_a_text_about_passwords_is_none(text: str):
    assert rules(text + "\n", "docs/guide.md") == []


@pytest.mark.parametrize(
    "command",
    [
        f"oc login --username kubeadmin --password {WORD}",
        f"podman login -u robot -p '{WORD}' registry.example.com",
        f"curl -sku admin:{WORD} https://nsx.example.com",
        f"curl --user 'admin:{WORD}' https://nsx.example.com",
    ],
)
def test_a_password_in_a_command(command: str):
    assert rules(f"Then run `{command}`.\n", "docs/guide.md") == ["password"]


@pytest.mark.parametrize(
    "command",
    [
        'oc login --password "$PASSWORD"',
        "podman login -u robot -p <password> registry.example.com",
        "curl -u admin:password https://nsx.example.com",
        "mkdir -p build1/output2; login",
        "antrea-gitops tools login --password-stdin",
    ],
)
def test_a_command_without_a_password(command: str):
    assert rules(f"run {command}\n", "docs/guide.md") == []


def test_a_sentence_in_a_file_of_data_is_none():
    assert rules('{"description": "formats:\\n- password: any kind of string, not validated"}', "a.json") == []


@pytest.mark.parametrize(
    "value",
    [
        "''",
        "my-service-account-token1",
        "none",
        "a-short-one",
        "/var/run/secrets/kubernetes.io/token",
        "https://example.com/token1",
        "~",
    ],
)
def test_these_are_no_tokens(value: str):
    assert rules(f"token: {value}\n") == []


@pytest.mark.parametrize(
    "text",
    [
        "kubeadm join a:6443 --token ab1cde." + "0123456789ab" + "cdeg",
        "kubeadm join a:6443 --certificate-key " + "0123456789abcdef" * 4,
        "url: https://hooks.slack.com/services/" + f"T0123ABCD/B0123ABCD/{WORD}{WORD}",
        f"keys:\n  - name: key1\n    secret: {LOGIN}",
    ],
)
def test_a_token_that_its_place_gives_away(text: str):
    assert rules(text) == ["token"]


@pytest.mark.parametrize(
    "text",
    [
        "--token abcdef.0123456789abcdef",
        "secret: nsx-cert",
        "tokens: [a.b]",
        "token: system.serviceaccounts1",
        "max_pass: 3",
        "forward_pass: enabled",
    ],
)
def test_an_example_of_a_token_is_fine(text: str):
    assert rules(text) == []


# --- Logins -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://user:%PASSWORD%@proxy.example.com",
        "http://user:${PASSWORD}@proxy.example.com",
        "http://<user>:<password>@proxy.example.com",
        "http://proxy.example.com:3128/a@b",
        "https://example.com/a:b@c",
        "git@git.example.com:platform/ocp.git",
        "ssh://git@git.example.com:22/a",
        "http://[fd00::1]:3128",
    ],
)
def test_an_address_without_a_password(url: str):
    assert rules(f"proxy: {url}\n") == []


@pytest.mark.parametrize("url", ["http://user:pass@proxy", "https://:token1@git.example.com/a", "ftp://a:b@10.1.2.3"])
def test_an_address_with_a_password(url: str):
    assert rules(f"proxy: {url}\n") == ["url-login"]


@pytest.mark.parametrize("text", ["auth: basic", "auth: none", '{"auths": {}}', '"auth": "..."', "auth: <base64>"])
def test_no_login_of_a_registry(text: str):
    assert rules(text) == []


LOGINS = [
    f"auths: {{r: {{auth: >-\n  {LOGIN}\n}}}}",
    "source: data:,auth%3A%20%0A" + LOGIN.replace("=", "%3D"),
    f'"auth": "{LOGIN}"',
    f"_auth={LOGIN}",
    f"auth: '{LOGIN}'",
    f'\\"auth\\":\\"{LOGIN}\\"',
]


def test_a_login_in_a_data_url_without_blanks():
    assert rules(f"source: data:,{{%22auths%22:{{%22r%22:{{%22auth%22:%22{LOGIN}%22}}}}}}") == ["pull-secret"]


@pytest.mark.parametrize("text", LOGINS)
def test_a_login_of_a_registry(text: str):
    assert rules(text) == ["pull-secret"]


def test_a_login_of_a_header():
    assert rules(f"Authorization: Basic {LOGIN}") == ["password"]
    assert rules(f"authorization: bearer {WORD}{WORD}") == ["token"]
    assert rules("basic authentication, bearer token-authentication-webhook") == []


# --- Keys -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN {} KEY-----\n...\n-----END {} KEY-----",
        '"-----BEGIN {} KEY-----" in text',
        "-----BEGIN {} KEY-----\n<key>\n",
        "paste everything from -----BEGIN {} KEY----- to the end",
    ],
)
def test_a_text_about_keys_is_none(text: str):
    assert rules(text.replace("{}", "PRIVATE")) == []


def test_a_file_that_is_a_key_in_der():
    assert rules(b"\x30\x82\x04\xbe\x02\x01\x00\x30" + bytes(200), "key.der") == ["private-key"]
    assert rules(b"\x30\x82\x04\xbe\x30\x82\x02\x00\x02\x01\x00\x30" + bytes(200), "request.der") == []


def test_an_identity_of_age_for_the_time_after():
    assert rules("AGE-SECRET-" + "KEY-PQ-1" + "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L" * 2) == ["age-identity"]


PUBLIC = ["CERTIFICATE", "PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE REQUEST", "AGE ENCRYPTED FILE"]


@pytest.mark.parametrize("kind", PUBLIC)
def test_public_blocks_are_fine(kind: str):
    body = base64.encodebytes(b"\x30\x82\x03\x00\x30\x82" + bytes(range(256))).decode()
    block = f"-----BEGIN {kind}-----\n{body}-----END {kind}-----\n"
    assert rules(block) == []
    assert rules(base64.b64encode(block.encode())) == []


@pytest.mark.parametrize(
    "text",
    [
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJZ1vq3rj7oOkVzL7uR2vI7wq5G0cJ6qBq1Xr1lq2b3c a@example.com",
        "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
        "image: r.example.com/a@sha256:" + "0123456789abcdef" * 4,
        "sha256: " + "fedcba9876543210" * 4,
        "uuid: 12345678-1234-1234-1234-123456789012",
        "AKIAIOSFODNN7" + "EXAMPLE",
        "AGE-SECRET-KEY-1...",
        "commit: 0123456789abcdef0123456789abcdef01234567",
    ],
)
def test_what_is_public_is_fine(text: str):
    assert rules(text) == []


# --- Objects ----------------------------------------------------------------------------------------------------------

CERTIFICATE = b"-----BEGIN CERTIFICATE-----\nMIIC"
SECRET = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  namespace: b\n"


@pytest.mark.parametrize(
    "body",
    [
        f"data:\n  tls.key: {LOGIN}\n",
        "data:\n  password: YQ==\n",
        f"data:\n  value: {base64.b64encode(b'geheim2024x').decode()}\n",
        f"stringData:\n  token: {WORD}\n",
        "stringData:\n  password: geheim\n",
        f"data:\n  anything: {base64.b64encode(WORD.encode() * 2).decode()}\n",
        f"data:\n  binary: {base64.b64encode(bytes(range(200, 240))).decode()}\n",
        "data: {password: YQ==}\n",
        "data:\n  tls.key: |\n    " + "\n    ".join(LOGIN[at : at + 12] for at in range(0, len(LOGIN), 12)) + "\n",
        "data:\n  # comment\n  'password': \"YQ==\"  # and more\n",
    ],
)
def test_a_value_of_a_secret_that_is_not_encrypted(body: str):
    assert rules(SECRET + body) == ["secret-data"]
    inner = ("- " + SECRET + body).rstrip("\n").replace("\n", "\n    ")
    assert rules(f"items:\n  {inner}\n") == ["secret-data"]


@pytest.mark.parametrize(
    "body",
    [
        "data:\n  tls.crt: ''\n  tls.key: ''\n",
        "data:\n  tls.crt:\n  tls.key:\n",
        "data: {}\n",
        "stringData:\n  password: ${PASSWORD}\n",
        "data:\n  password: ENC[AES256_GCM,data:aZ7kQ2m=,iv:aZ7k=,tag:aZ7k=,type:str]\nsops:\n  mac: ENC[a]\n",
        f"data:\n  key: {base64.b64encode(b'age-encryption.org/v1' + bytes(range(128, 200))).decode()}\n",
        f"data:\n  tls.crt: {base64.b64encode(CERTIFICATE).decode()}\n",
        "data:\n  username: YWRtaW4=\n",
        "type: Opaque\n",
        f"data:\n  server: {base64.b64encode(b'vcenter1.example.com').decode()}\n",
        "stringData:\n  insecure: 'true'\n  port: '443'\n",
        f"data:\n  password: {base64.b64encode(b'REDACTED').decode()}\n",
    ],
)
def test_a_value_of_a_secret_that_is_fine(body: str):
    assert rules(SECRET + body) == []


@pytest.mark.parametrize("kind", ["SealedSecret", "ExternalSecret", "SecretStore", "ConfigMap"])
def test_other_kinds_are_no_secrets(kind: str):
    data = base64.b64encode(WORD.encode() * 2).decode()
    assert rules(SECRET.replace("kind: Secret", f"kind: {kind}") + f"data:\n  anything: {data}\n") == []


@pytest.mark.parametrize("size", [256, 512])
def test_a_sealed_password_is_fine(size: int):
    sealed = base64.b64encode(size.to_bytes(2, "big") + Chance(size).randbytes(size + 40)).decode()
    assert rules(f"kind: SealedSecret\nspec:\n  encryptedData:\n    password: {sealed}\n    token: {sealed}\n") == []
    assert rules(f"password: {sealed[:90]}\n") == ["password"]


def test_a_neighbour_of_a_secret_is_none():
    neighbour = f"---\nkind: ConfigMap\ndata:\n  anything: {base64.b64encode(WORD.encode() * 2).decode()}\n"
    assert rules(SECRET + "data:\n  tls.key: ''\n" + neighbour) == []


# --- Files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "bootstrap.ign",
        "out/master.ign",
        ".openshift_install_state.json",
        "out/.openshift_install.log",
        "auth/kubeconfig",
        "out/auth/kubeadmin-password",
        "auth/anything",
        "terraform.tfstate",
        "terraform.cluster.tfstate.backup",
        "log-bundle-20240101.tar.gz",
    ],
)
def test_a_file_of_an_installation_is_secret_unless_it_is_empty(name: str):
    assert rules("{}", name) == ["installer-file"]
    assert rules("\n", name) == []


@pytest.mark.parametrize("name", ["antrea/overlays/auth/role.yaml", "design.md", "docs/ign", "kubeconfig.md", "sign"])
def test_other_files_are_not(name: str):
    assert rules("text\n", name) == []


# --- No false alarm ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["template", "docs", "generator"])
def test_what_the_project_ships_is_clean(folder: str):
    files = [path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    found = {path.name: rules(path.read_bytes(), path.relative_to(ROOT / folder).as_posix()) for path in files}
    assert {name: rules for name, rules in found.items() if rules} == {}


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared")
def test_the_vendors_bundles_are_clean():
    import tarfile

    for path in (SHARED / "antrea-bundles").glob("*.tar.gz"):
        with tarfile.open(path) as archive:
            for member in archive.getmembers():
                stream = archive.extractfile(member) if member.isfile() else None
                assert stream is None or rules(stream.read(), member.name) == [], (path, member.name)


def test_a_file_that_sops_encrypted_is_fine():
    text = "ANTREA_GITOPS_SECRET_NSX: ENC[AES256_GCM,data:aZ7kQ2m=,iv:aZ7k=,tag:aZ7k=,type:str]\nsops:\n  mac: ENC[a]\n"
    assert rules(text) == []
