"""All settings. Flags win over environment, environment over `sentinel.toml`, that over defaults.

The only module of the product that reads the environment. `sentinel doctor` prints each value
with its origin.
"""

from pathlib import Path
from typing import Annotated, Self
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BaseModel, Field, SecretStr, model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from sentinel_core.domain.site_time import UTC_NAME, parse_timezone


def _known_timezone(name: str) -> str:
    parse_timezone(name)
    return name


TimezoneName = Annotated[str, AfterValidator(_known_timezone)]


class ApiSettings(BaseModel):
    """api-gateway."""

    host: str = Field(default="127.0.0.1", description="Address to listen on")
    port: int = Field(default=8080, ge=0, le=65535, description="0 takes a free one")
    auth: bool = Field(default=True, description="False only on a loopback host")
    access_token_minutes: int = Field(
        default=15, ge=1, description="Life of an access token; it is renewed by itself"
    )
    session_days: int = Field(
        default=14, ge=1, description="A sign-in that is not used for so long ends"
    )
    login_attempts_per_minute: int = Field(
        default=10, ge=1, description="Per name and address; more are refused"
    )
    raw_detections: bool = Field(
        default=True,
        description="Keep every inferred frame in Parquet files, for back-tests and suggestions",
    )
    raw_detections_days: int = Field(
        default=14, ge=1, description="So many days of them are kept; whole days are dropped"
    )
    raw_detections_flush_s: float = Field(
        default=300.0, gt=0, le=3600, description="Frames wait so long to be written together"
    )
    dashboard_dir: Path | None = Field(
        default=None, description="The built dashboard; not set: the one beside the code"
    )


class CameraSettings(BaseModel):
    """camera-service."""

    file_roots: list[Path] = Field(
        default_factory=list,
        description="Folders a file source may be in, besides DATA_DIR/videos and the demo clips",
    )
    connect_timeout_s: float = Field(default=8.0, gt=0, description="Opening a source")
    stall_timeout_s: float = Field(
        default=5.0, gt=0, description="Silence of a source before it is opened again"
    )
    probe_timeout_s: float = Field(default=10.0, gt=0, description="Looking at a new source")
    backoff_min_s: float = Field(default=0.5, gt=0, description="First wait before a retry")
    backoff_max_s: float = Field(default=30.0, gt=0, description="Longest wait before a retry")
    connects_per_s: float = Field(default=5.0, gt=0, description="Of all cameras of this site")
    grpc_address: str = Field(
        default="127.0.0.1:50051",
        description="As a process of its own: where it listens for gRPC; port 0 takes a free one",
    )
    public_host: str | None = Field(
        default=None,
        description="As a process of its own: host that others reach it by; not set: the one above",
    )
    http_address: str = Field(
        default="127.0.0.1:8081",
        description="As a process of its own: where /healthz, /readyz and /metrics are",
    )
    inference_address: str = Field(
        default="127.0.0.1:50052",
        description="As a process of its own: gRPC address of inference-service",
    )
    frame_encoding: str = Field(
        default="jpeg",
        pattern="^(raw|jpeg)$",
        description="Pictures on their way to inference-service: jpeg, or raw on the same machine",
    )
    lease_s: float = Field(
        default=5.0,
        ge=3.0,
        le=60.0,
        description="Silence of a camera-service before others take its cameras",
    )
    clip_seconds: float = Field(
        default=30.0, gt=0, le=600, description="Newest video of each camera that is kept for clips"
    )
    clip_memory_mb: int = Field(
        default=64, ge=1, description="Video kept for clips, of all cameras of this process"
    )
    clip_camera_mb: int = Field(
        default=24, ge=1, description="Video kept for clips, of one camera; the oldest goes first"
    )
    recording_max_mb: float = Field(
        default=2048.0, gt=0, description="A recording on demand ends when it has become so large"
    )
    recording_reserve_mb: int = Field(
        default=512, ge=0, description="Recordings end before less of the disk is free"
    )
    recordings_total_mb: int = Field(
        default=20_480, ge=1, description="No recording begins where all of them are so large"
    )
    floor_fps: float = Field(
        default=2.0, gt=0, description="Frames per second that every camera gets under load"
    )
    node_budget_fps: float | None = Field(
        default=None,
        gt=0,
        description="Frames per second of all cameras of this process; not set: what inference takes",
    )
    forced_sample_s: float = Field(
        default=3.0,
        gt=0,
        description="With motion gating, a still picture is looked at so often, in media time",
    )
    live_max_px: int = Field(
        default=1920,
        ge=160,
        le=7680,
        description="Longer side of video that is encoded anew (masks, transcoding); larger is scaled",
    )
    embedded_whep: bool = Field(
        default=False,
        description="WebRTC without a media server; needs the extra webrtc of sentinel-camera",
    )
    whep_sessions: int = Field(
        default=16, ge=1, description="Browsers that may watch by WebRTC without a media server"
    )
    allow_private_addresses: bool = Field(
        default=True, description="Cameras are in private networks; false guards a public server"
    )
    verify_certificates: bool = Field(
        default=False, description="Of rtsps and https cameras; most of them sign their own"
    )


class MediaServerSettings(BaseModel):
    """MediaMTX, which brings live video to browsers; all unset: browsers are served directly."""

    api_url: str | None = Field(
        default=None, description="Its control API, for example http://127.0.0.1:9997"
    )
    rtsp_url: str | None = Field(
        default=None, description="Where cameras are published, for example rtsp://127.0.0.1:8554"
    )
    whep_url: str | None = Field(
        default=None, description="As browsers reach it, for example http://127.0.0.1:8889"
    )
    hls_url: str | None = Field(
        default=None, description="As browsers reach it, for example http://127.0.0.1:8888"
    )

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        """Cameras are published exactly where their paths are kept."""
        if (self.api_url is None) != (self.rtsp_url is None):
            raise ValueError("media.api_url and media.rtsp_url belong together: set both")
        return self


class RemoteNetworkSettings(BaseModel):
    """A server of the Open Inference Protocol that runs the network (`inference.engine = remote`)."""

    address: str | None = Field(default=None, description="host:port of its gRPC")
    model: str = Field(default="yolov8", description="Its name for the model")
    version: str = Field(default="", description="Not set: the one that it chooses")
    class_names: list[str] = Field(
        default_factory=lambda: ["person", "bicycle", "car", "motorcycle", "bus", "truck"],
        description="In the order of the model's rows; the protocol does not tell them",
    )
    batch_size: int = Field(
        default=8, ge=1, le=64, description="Pictures in one call, where the model takes several"
    )
    timeout_s: float = Field(default=2.0, gt=0, description="Longest wait for an answer")


class InferenceSettings(BaseModel):
    """inference-service."""

    model_dir: Path | None = Field(
        default=None,
        description="Folder with best.onnx and manifest.json; not set: the shipped model",
    )
    engine: str = Field(
        default="auto",
        pattern="^(auto|onnxruntime|openvino|remote)$",
        description="What runs the network; auto: ONNX Runtime with an accelerator, else OpenVINO"
        " where it is installed, else ONNX Runtime",
    )
    providers: list[str] = Field(
        default_factory=list,
        description="Of ONNX Runtime, best first: tensorrt, cuda, cpu; empty: all that are there",
    )
    precision: str = Field(
        default="auto",
        pattern="^(auto|float32|int8)$",
        description="auto: int8 where the model has it and the processor has VNNI or the like",
    )
    engine_cache_dir: Path | None = Field(
        default=None, description="Where TensorRT keeps what it compiled; not set: nowhere"
    )
    threads: int | None = Field(
        default=None, ge=1, description="Not set: the cores of this machine or cgroup"
    )
    confidence: float = Field(default=0.25, ge=0.0, le=1.0, description="Reported detections")
    class_confidence: dict[str, float] = Field(
        default_factory=dict, description="Overrides by class"
    )
    staleness_budget_s: float = Field(
        default=0.5, gt=0, description="A live frame older than this is dropped"
    )
    frame_timeout_s: float = Field(
        default=5.0, gt=0, description="Longest wait for the outcome of a frame"
    )
    grpc_address: str = Field(
        default="127.0.0.1:50052",
        description="As a process of its own: where it listens for gRPC; port 0 takes a free one",
    )
    http_address: str = Field(
        default="127.0.0.1:8082",
        description="As a process of its own: where /healthz, /readyz and /metrics are",
    )
    stream_credits: int = Field(
        default=32, ge=1, description="Frames that each camera-service may have on their way"
    )
    clip_before_s: float = Field(
        default=10.0, ge=0, le=300, description="An incident's clip: before the condition began"
    )
    clip_after_s: float = Field(
        default=10.0, gt=0, le=300, description="An incident's clip: after the alarm"
    )
    remote: RemoteNetworkSettings = RemoteNetworkSettings()


class Settings(BaseSettings):
    """Everything that can be set, for all services.

    `data_dir` holds what the embedded mode stores: database, objects, secret key, videos.
    """

    model_config = SettingsConfigDict(
        env_prefix="SENTINEL_",
        env_nested_delimiter="__",
        toml_file="sentinel.toml",
        extra="forbid",
    )

    data_dir: Path = Field(
        default=Path("~/.local/share/sentinel"),
        description="Database, objects, secret key, videos of the embedded mode",
    )
    bus_url: str = Field(default="memory://", description="memory:// is the only one yet")
    database_url: str | None = Field(
        default=None,
        description="sqlite+aiosqlite:///…; not set: sentinel.db in the data directory",
    )
    objects_url: str | None = Field(
        default=None, description="file:///…; not set: objects in the data directory"
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="Encrypts camera addresses; not set: secret.key in the data directory",
    )
    reference_data: Path | None = Field(
        default=None, description="Folder with reference data for benchmarks and their tests"
    )
    timezone: TimezoneName = Field(
        default=UTC_NAME,
        description="IANA name, for example Europe/Helsinki: what is usual is learned by the hours"
        " of its week; the same for all services",
    )
    log_format: str = Field(
        default="console", pattern="^(console|json)$", description="console or json"
    )
    api: ApiSettings = ApiSettings()
    cameras: CameraSettings = CameraSettings()
    media: MediaServerSettings = MediaServerSettings()
    inference: InferenceSettings = InferenceSettings()

    @property
    def data_path(self) -> Path:
        """`data_dir` as an absolute path."""
        return self.data_dir.expanduser().absolute()

    @property
    def objects_path(self) -> Path:
        """Folder of the object store: that of `objects_url`, or the one in the data directory."""
        if self.objects_url is None:
            return self.data_path / "objects"
        return Path(unquote(urlsplit(self.objects_url).path))

    @property
    def effective_database_url(self) -> str:
        """`database_url`, or the SQLite file in the data directory."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_path / 'sentinel.db'}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags (init), environment, file; no dotenv, no secret files."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def setting_origins() -> dict[str, str]:
    """Where each setting comes from, by its dotted name: `environment`, `sentinel.toml`, `default`.

    Flags of a command are not known here; they win over all of these.
    """
    environment = EnvSettingsSource(Settings)()
    file = TomlConfigSettingsSource(Settings)()
    origins: dict[str, str] = {}
    for name in _leaf_names(Settings, ""):
        path = name.split(".")
        if _holds(environment, path):
            origins[name] = "environment"
        else:
            origins[name] = "sentinel.toml" if _holds(file, path) else "default"
    return origins


def _leaf_names(model: type[BaseModel], prefix: str) -> list[str]:
    names: list[str] = []
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            names += _leaf_names(field.annotation, f"{prefix}{name}.")
        else:
            names.append(prefix + name)
    return names


def _holds(tree: object, path: list[str]) -> bool:
    for part in path:
        if not isinstance(tree, dict) or part not in tree:
            return False
        tree = tree[part]
    return True
