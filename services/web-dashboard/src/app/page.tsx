export default function MissionControlPage() {
  return <h1>Mission Control</h1>;
}
