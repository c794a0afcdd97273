"""The section `secrets` of cluster.yaml: where secrets are and what they are called there, never what they are."""

from __future__ import annotations

import re
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field

from antrea_ci.model.part import Part
from antrea_ci.suggest import did_you_mean

# The names that DESIGN section 8 fixes, and those that AWS fixes for its own.
_NAME = (
    r"^(?:ANTREA_GITOPS_(?:PULL_SECRET|SSH_KEY|VCENTER_(?:USERNAME|PASSWORD)(?:_[2-9][0-9]*|_1[0-9]+)?|SECRET_[A-Za-z0-9_]+"
    r"|AGE_IDENTITY|NSX_TLS_(?:CERT|KEY)(?:_NEXT)?|GITLAB_TOKEN|KUBECONFIG)|AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN))\Z"
)


_KNOWN = (
    "ANTREA_GITOPS_PULL_SECRET",
    "ANTREA_GITOPS_VCENTER_USERNAME",
    "ANTREA_GITOPS_VCENTER_PASSWORD",
    "ANTREA_GITOPS_AGE_IDENTITY",
    "ANTREA_GITOPS_KUBECONFIG",
)


def _secret_name(text: str) -> str:
    if re.match(_NAME, text):
        return text
    raise ValueError(f"{text!r} is no name of a secret{did_you_mean(text, _KNOWN)}")


def _other_name(text: str) -> str:
    if not re.match(r"^[A-Za-z0-9_.-]{1,253}\Z", text) or text.startswith("."):
        raise ValueError(f"{text!r} is no name of a variable, file or key; letters, digits and `_.-` can be in one")
    return text


def _bmc_name(text: str) -> str:
    if not re.match(r"^[A-Za-z0-9_]+\Z", text):
        raise ValueError(f"{text!r} cannot end the name of a variable; write RACK_1 for ANTREA_GITOPS_SECRET_RACK_1")
    return text


def _secrets_folder(text: str) -> str:
    if not text.startswith(("/", "~/")):
        raise ValueError(f"{text!r} would lie in the repository; write the whole path of a folder outside of it")
    return text


SecretName: TypeAlias = Annotated[str, AfterValidator(_secret_name)]
OtherName: TypeAlias = Annotated[str, AfterValidator(_other_name)]
BmcName: TypeAlias = Annotated[str, AfterValidator(_bmc_name)]
SecretsFolder: TypeAlias = Annotated[str, AfterValidator(_secrets_folder)]


class Secrets(Part):
    """From where secrets are taken at install time; never the secrets themselves."""

    provider: Literal["env", "file", "sops"] = "env"
    folder: SecretsFolder = Field(
        default="/run/secrets",
        description="Provider file: a folder with a file for each secret, by its name. "
        "The variable ANTREA_GITOPS_SECRETS_DIR goes before it.",
    )
    file: str = Field(
        default="secrets.sops.yaml",
        min_length=1,
        description="Provider sops: the encrypted file in this repository, a mapping of names to values.",
    )
    names: dict[SecretName, OtherName] = Field(
        default={}, description="Another name for a secret: {ANTREA_GITOPS_PULL_SECRET: OCP_PULL_SECRET}."
    )
    bmc: dict[str, BmcName] = Field(default={}, description="Host name to the NAME of its secret.")
