"""The Open Inference Protocol, version 2: the model for KServe, Triton clients and curl."""
