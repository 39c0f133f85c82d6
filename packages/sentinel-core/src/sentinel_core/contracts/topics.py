"""Topics of the event bus and buckets of the object store. The key of every message is the camera's key."""

DETECTIONS = "events.detections"
INCIDENTS = "events.incidents"
CAMERA_STATES = "cameras.state"
FLOW = "events.flow"
DETECTIONS_DLQ = "events.detections.dlq"

TOPICS = (DETECTIONS, INCIDENTS, CAMERA_STATES, FLOW, DETECTIONS_DLQ)

CLIPS_BUCKET = "sentinel-clips"
FRAMES_BUCKET = "sentinel-frames"
