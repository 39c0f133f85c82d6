"""Generate the Python types of the contracts from their JSON Schemas.

Writes `sentinel_core/contracts/generated/`, which is not committed. Run by `make generate`.
"""

from pathlib import Path

from datamodel_code_generator import (
    Formatter,
    InputFileType,
    PythonVersion,
    generate,
)
from datamodel_code_generator.enums import DataModelType
from datamodel_code_generator.parser import LiteralType

CONTRACTS = Path(__file__).parents[1] / "packages/sentinel-core/src/sentinel_core/contracts"
MESSAGES = ("detection-event", "incident-event", "camera-state-event")


def main() -> None:
    """Generate one module per message schema."""
    target = CONTRACTS / "generated"
    target.mkdir(exist_ok=True)
    (target / "__init__.py").write_text("", encoding="utf-8")
    for name in MESSAGES:
        generate(
            CONTRACTS / "schemas" / f"{name}.json",
            input_file_type=InputFileType.JsonSchema,
            output=target / f"{name.replace('-', '_')}.py",
            output_model_type=DataModelType.MsgspecStruct,
            target_python_version=PythonVersion.PY_311,
            enum_field_as_literal=LiteralType.All,
            keyword_only=True,
            use_standard_collections=True,
            use_union_operator=True,
            disable_timestamp=True,
            formatters=[Formatter.BUILTIN],
        )


if __name__ == "__main__":
    main()
