"""What is about to be published, as a session description (RFC 8866, RFC 6184, RFC 7798)."""

from base64 import b64encode

from sentinel_camera.restream.parameter_sets import parameter_sets
from sentinel_camera.restream.sinks import VideoConfiguration
from sentinel_vision.rtp.payloads import FORMATS, H265

PAYLOAD_TYPE = 96
CONTROL = "trackID=0"

_H265_SETS = {32: "sprop-vps", 33: "sprop-sps", 34: "sprop-pps"}


def describe_session(configuration: VideoConfiguration) -> str:
    """One video track without sound."""
    payload_format = FORMATS[configuration.codec]
    parameters = ";".join(
        _h265_parameters(configuration) if payload_format is H265 else _h264(configuration)
    )
    lines = (
        "v=0",
        "o=- 0 0 IN IP4 127.0.0.1",
        "s=Smart City Sentinel",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        f"m=video 0 RTP/AVP {PAYLOAD_TYPE}",
        f"a=rtpmap:{PAYLOAD_TYPE} {payload_format.name}/90000",
        f"a=fmtp:{PAYLOAD_TYPE} {parameters}",
        f"a=control:{CONTROL}",
    )
    return "".join(f"{line}\r\n" for line in lines)


def _h264(configuration: VideoConfiguration) -> list[str]:
    sets = ",".join(b64encode(unit).decode() for unit in parameter_sets(configuration))
    profile = configuration.record[1:4].hex().upper()
    return ["packetization-mode=1", f"profile-level-id={profile}", f"sprop-parameter-sets={sets}"]


def _h265_parameters(configuration: VideoConfiguration) -> list[str]:
    by_name: dict[str, list[str]] = {}
    for unit in parameter_sets(configuration):
        name = _H265_SETS.get(H265.kind(unit))
        if name is not None:
            by_name.setdefault(name, []).append(b64encode(unit).decode())
    return [f"{name}={','.join(units)}" for name, units in by_name.items()]
