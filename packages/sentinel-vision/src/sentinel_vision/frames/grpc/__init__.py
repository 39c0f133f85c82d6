"""`FrameTransport` over gRPC: the sender is camera-service's side, the receiver inference-service's."""
