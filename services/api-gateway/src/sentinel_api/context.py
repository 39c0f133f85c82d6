"""What the routes work with, made once by `build` and found on the application's state."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from sentinel_api.access import Gate
from sentinel_api.auth.service import SignIn
from sentinel_api.backtests.service import BacktestDesk
from sentinel_api.cameras.service import CameraRegistry
from sentinel_api.events.service import EventHistory
from sentinel_api.evidence.service import EvidenceDesk
from sentinel_api.flow.service import FlowDesk
from sentinel_api.health.service import HealthReport
from sentinel_api.incidents.service import IncidentDesk
from sentinel_api.live_video.hls import HlsViewers
from sentinel_api.live_video.peers import PeerViewers
from sentinel_api.live_video.service import VideoViewers
from sentinel_api.metrics.service import ApiMetrics
from sentinel_api.players.service import PlayerDirectory
from sentinel_api.realtime.session import LiveSessions
from sentinel_api.recordings.service import ClipDesk, RecordingArchive
from sentinel_api.stats.service import StatsReport
from sentinel_api.stored_files import StoredFiles
from sentinel_api.users.service import UserAccounts
from sentinel_api.zones.service import ZoneDrafts
from sentinel_core.ports.clock import Clock
from sentinel_core.ports.media_tokens import MediaTokens


@dataclass(frozen=True, kw_only=True)
class ApiContext:
    """The use cases of the API, one per feature."""

    clock: Clock
    gate: Gate
    sign_in: SignIn
    users: UserAccounts
    cameras: CameraRegistry
    backtests: BacktestDesk
    incidents: IncidentDesk
    evidence: EvidenceDesk
    events: EventHistory
    flow: FlowDesk
    stats: StatsReport
    health: HealthReport
    metrics: ApiMetrics
    live: LiveSessions
    video: VideoViewers
    hls: HlsViewers
    peers: PeerViewers
    players: PlayerDirectory
    media_tokens: MediaTokens
    recordings: RecordingArchive
    zone_drafts: ZoneDrafts
    clips: ClipDesk
    files: StoredFiles


def get_context(connection: HTTPConnection) -> ApiContext:
    """The context of the running application."""
    return cast("ApiContext", connection.app.state.context)


Context = Annotated[ApiContext, Depends(get_context)]
