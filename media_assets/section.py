"""What every section of the configuration refuses."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """Unknown keys, wrong types and changes are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
