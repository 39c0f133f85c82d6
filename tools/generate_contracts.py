"""Generate Python code from the contracts: types from JSON Schemas, messages and stubs from protos.

Writes `sentinel_core/contracts/generated/`, which is not committed. Run by `make generate`.
"""

import sys
from pathlib import Path

from datamodel_code_generator import (
    Formatter,
    InputFileType,
    PythonVersion,
    generate,
)
from datamodel_code_generator.enums import DataModelType
from datamodel_code_generator.parser import LiteralType
from grpc_tools import protoc

SOURCES = Path(__file__).parents[1] / "packages/sentinel-core/src"
GENERATED = "sentinel_core/contracts/generated"
CONTRACTS = SOURCES / "sentinel_core/contracts"
PROTO_FOLDERS = (CONTRACTS / "proto/sentinel/v1", CONTRACTS / "proto/inference")
PLUGINS = ("protoc-gen-mypy", "protoc-gen-mypy_grpc")
MESSAGES = ("detection-event", "incident-event", "camera-state-event", "flow-event")


def main() -> None:
    """Generate one module per message schema, and two per proto."""
    target = SOURCES / GENERATED
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
    generate_protos()


def generate_protos() -> None:
    """Messages, stubs of services, and the types of both."""
    protos = sorted(path.name for folder in PROTO_FOLDERS for path in folder.glob("*.proto"))
    failed = protoc.main(
        [
            "protoc",
            # Where the code lies is where its imports look for it.
            *(f"--proto_path={GENERATED}={folder}" for folder in PROTO_FOLDERS),
            *(f"--plugin={Path(sys.executable).with_name(name)}" for name in PLUGINS),
            f"--python_out={SOURCES}",
            f"--grpc_python_out={SOURCES}",
            f"--mypy_out=quiet:{SOURCES}",
            f"--mypy_grpc_out=quiet:{SOURCES}",
            *(f"{GENERATED}/{name}" for name in protos),
        ]
    )
    if failed:
        sys.exit("protoc refuses the contracts")


if __name__ == "__main__":
    main()
