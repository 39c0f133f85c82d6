"""gRPC: servers and channels of all services, and camera control over it."""

from sentinel_core.adapters.grpc.endpoint import MAX_MESSAGE_BYTES, GrpcServer, open_channel

__all__ = ["MAX_MESSAGE_BYTES", "GrpcServer", "open_channel"]
