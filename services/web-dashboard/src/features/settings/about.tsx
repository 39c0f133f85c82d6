export function About() {
  return (
    <div className="flex flex-col gap-2 text-muted">
      <p>
        Smart City Sentinel turns the cameras a city already has into live, explained incidents, on
        the city’s own machines. This page calls no other server.
      </p>
      <p>
        Free software under the AGPL-3.0. Map data © OpenStreetMap contributors, ODbL 1.0. Typeface:
        Inter, OFL 1.1. Model: YOLOv8n, AGPL-3.0.
      </p>
    </div>
  );
}
