export default function Home() { return <h1>Tsudoi</h1>; }
