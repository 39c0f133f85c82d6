"""A scripted detector and a station around the service, for tests of this service and of the whole."""
