"""SQLite keeps all promises of the repositories."""

from sentinel_core.testing.contracts.accounts import AuditContract, SessionsContract, UsersContract
from sentinel_core.testing.contracts.camera_leases import CameraLeasesContract
from sentinel_core.testing.contracts.cameras import CamerasContract, ZonesContract
from sentinel_core.testing.contracts.detections import DetectionsContract, KeptDetectionsContract
from sentinel_core.testing.contracts.flow import FlowContract, SiteHoursContract
from sentinel_core.testing.contracts.incident_duplicates import (
    DuplicatesContract,
    SeveralWritersContract,
)
from sentinel_core.testing.contracts.incident_search import (
    IncidentPagesContract,
    IncidentSearchContract,
)
from sentinel_core.testing.contracts.incidents import HandlingContract, IncidentTransitionsContract
from sentinel_core.testing.contracts.recordings import RecordingsContract
from sentinel_core.testing.contracts.transactions import OffsetsContract, TransactionsContract


class TestSqliteCameras(CamerasContract): ...


class TestSqliteZones(ZonesContract): ...


class TestSqliteCameraLeases(CameraLeasesContract): ...


class TestSqliteIncidentTransitions(IncidentTransitionsContract): ...


class TestSqliteHandling(HandlingContract): ...


class TestSqliteDuplicates(DuplicatesContract): ...


class TestSqliteSeveralWriters(SeveralWritersContract): ...


class TestSqliteIncidentSearch(IncidentSearchContract): ...


class TestSqliteIncidentPages(IncidentPagesContract): ...


class TestSqliteDetections(DetectionsContract): ...


class TestSqliteKeptDetections(KeptDetectionsContract): ...


class TestSqliteFlow(FlowContract): ...


class TestSqliteSiteHours(SiteHoursContract): ...


class TestSqliteRecordings(RecordingsContract): ...


class TestSqliteUsers(UsersContract): ...


class TestSqliteSessions(SessionsContract): ...


class TestSqliteAudit(AuditContract): ...


class TestSqliteOffsets(OffsetsContract): ...


class TestSqliteTransactions(TransactionsContract): ...
