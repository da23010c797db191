import { useTranslations } from 'next-intl';

/** Topics as words; a single event type keeps its name. */
export function Topics({ topics }: { topics: string[] }) {
  const t = useTranslations('streamType');
  return (
    <span>
      {topics.map((topic, index) => (
        <span key={topic}>
          {index > 0 && ' · '}
          {topic.includes('.') ? <code className="font-mono text-sm">{topic}</code> : t(topic as 'source')}
        </span>
      ))}
    </span>
  );
}
