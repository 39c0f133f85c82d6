"""RTSP in TLS and over UDP."""

import asyncio
import datetime
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sentinel_camera.testing.site import CameraSite
from sentinel_core.domain.cameras import SourceReason
from sentinel_core.testing.builders import at
from sentinel_sim.faults.rtsp_server import RtspFaultServer

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of a camera that signs its own, as most do."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "camera")])
    made = (
        x509.CertificateBuilder(name, name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(at(0) - datetime.timedelta(days=1000))
        .not_valid_after(at(0) + datetime.timedelta(days=10_000))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "camera.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@asynccontextmanager
async def in_tls(port: int, certificate: Path) -> AsyncIterator[int]:
    """A port that speaks TLS, and hands on to `port`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    open_writers: set[asyncio.StreamWriter] = set()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, ssl.SSLError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
        open_writers.update({writer, inner_writer})
        await asyncio.gather(pump(reader, inner_writer), pump(inner_reader, writer))

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in open_writers:
            writer.transport.abort()
        await server.wait_closed()


async def test_a_camera_that_signs_its_own_certificate_is_read(
    site: CameraSite, clips: Path, certificate: Path
) -> None:
    async with (
        RtspFaultServer(clips / "plain.mp4") as server,
        in_tls(server.port, certificate) as port,
    ):
        await site.add("cam_01", f"rtsps://operator:secret@127.0.0.1:{port}/stream")
        await site.until_frames("cam_01", 3)


async def test_certificates_can_be_verified(
    make_site: Callable[..., CameraSite], clips: Path, certificate: Path
) -> None:
    async with (
        RtspFaultServer(clips / "plain.mp4") as server,
        in_tls(server.port, certificate) as port,
        make_site(verify_certificates=True) as site,
    ):
        await site.add("cam_01", f"rtsps://operator:secret@127.0.0.1:{port}/stream")
        await site.until_offline("cam_01", SourceReason.UNREACHABLE)
        assert "certificate" in (site.service.control.states()["cam_01"].detail or "")
        assert site.frames == []
