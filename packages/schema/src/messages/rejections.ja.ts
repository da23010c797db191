import type { en } from './rejections.en.ts';

export const ja: Record<keyof typeof en, string> = {
  'input.invalid': '項目「{field}」が正しくありません: {problem}。直してもう一度送ってください。',
  'auth.sign-in-needed': '先にサインインしてください。この操作には登録された人またはノードが必要です。',
  'auth.token-unknown':
    'このトークンは登録されていません。発行したページからもう一度コピーするか、新しく発行してください。',
  'auth.token-revoked': 'このトークンは {at} に失効しました。新しく発行してください。',
  'auth.not-permitted':
    'この操作には権限「{permission}」が必要です。ワーキンググループのリーダーに相談してください。',
  'command.id-reused': 'コマンドID {commandId} は別のコマンドで使用済みです。新しいIDで送ってください。',
  'stream.conflict':
    '{stream} は同時に変更されました(現在の版 {actual}、想定した版 {expected})。再読み込みしてやり直してください。',
  'stream.exists': '{stream} はすでに存在します。別のIDを使ってください。',
  'stream.missing': '{stream} は存在しません。IDを確認してください。',
  'person.unknown': '{personId} という人は登録されていません。',
  'person.joined-already': 'この人はすでに参加しています。',
  'person.openness-not-agreed':
    '参加するには公開の原則への同意が必要です。ここではデータ、モデル、議論、失敗も公開されます。',
  'group.unknown': 'ワーキンググループ {groupId} はありません。',
  'group.slug-taken': '短い名前「{slug}」のワーキンググループはすでにあります。別の名前にしてください。',
  'role.held-already': '役割「{role}」はすでに持っています。',
  'role.not-held': '役割「{role}」を持っていません。',
  'token.unknown': 'あなたのトークン {tokenId} は見つかりません。',
  'licence.unknown':
    '「{expression}」はSPDXライセンス表記ではありません。{suggestion} のようなSPDXの識別子を使ってください。',
  'licence.refused':
    'ライセンス {licence} は規則「{rule}」により受け入れられません。この用途を許すライセンスの資料を提案してください。',
  'licence.rights-exceed':
    'ライセンス {licence} は「{right}」を許していません(規則「{rule}」)。提案からその権利を外してください。',
  'source.title-taken':
    '「{title}」という出典はすでに提案されています({sourceId})。その提案に参加するか、別の題にしてください。',
  'source.unknown': '出典 {sourceId} はありません。',
  'source.own-proposal': '自分の提案は審査できません。ほかの二人の審査が必要です。',
  'source.reviewed-already': 'この出典はすでに審査しました。',
  'source.not-under-review': 'この出典は「{state}」です。審査できるのは審査中の出典だけです。',
  'source.not-accepted': 'この出典は「{state}」です。取り込めるのは採択された出典だけです。',
  'source.not-withdrawable': 'この出典は「{state}」なので取り下げられません。',
  'source.unreachable': '{location} を取得できません: {problem}。名前と版を確認し、提案し直してください。',
  'source.oversized':
    '{location} は上限({limitMiB} MiB)を超えています。一部だけを提案するか、上限の引き上げを相談してください。',
  'source.not-utf8':
    '{file} はUTF-8ではありません(最初の不正なバイトは {offset} 番目)。変換して提案し直してください。',
  'source.nothing-matched':
    '{location} に {include} に合うファイルがありません。パターンを確認してください。',
  'corpus.empty':
    '{stage} のあとに文書が一件も残りません。フィルターの記録を見て、フィルターか出典を変えてください。',
  'upload.too-large': 'アップロードは {size} バイトで、上限は {limit} バイトです。ファイルを分けてください。',
  'upload.hash-differs': '{file} の内容がSHA-256と一致しません。もう一度送ってください。',
  'upload.type-refused':
    '種類 {mediaType} のファイルは受け付けません。テキスト、JSONL、またはそのgzipを使ってください。',
  'upload.grant-invalid':
    'このアップロード先またはダウンロード先は無効か期限切れです。新しいものを取得してください。',
  'object.missing': 'オブジェクト {sha256} は保管されていません。先にアップロードしてください。',
  'artifact.unknown': '成果物 {artifactId} はありません。',
  'artifact.not-downloadable': 'ライセンス判定により、この成果物はダウンロードできません(規則「{rule}」)。',
  'recipe.invalid': 'レシピの「{field}」が正しくありません: {problem}。',
  'recipe.unknown-filter': '「{filter}」というフィルターはありません。使えるフィルター: {known}。',
  'recipe.vocabulary-too-large':
    'この文章から作れる語彙は最大 {possible} 個ですが、レシピは {asked} 個を求めています。減らすか、文章を増やしてください。',
  'run.unknown': '実行 {runId} はありません。',
  'run.source-not-accepted': '出典 {sourceId} は採択されていないため、実行に使えません。',
  'run.rights-missing': '出典 {sourceId} は学習への利用を許していません。',
  'run.card-lint': 'カードの {field} が {value} になっています。{advice}。',
  'run.settings-differ':
    '実行がカードと異なります: {field} が {actual} ですが、カードでは {card} です。カードに合わせるか、新しい実行を登録してください。',
  'run.not-open': 'この実行は「{state}」のため、何も追加できません。',
  'job.unknown': 'ジョブ {jobId} はありません。',
  'job.none-fits': '今このノードに合う待機中のジョブはありません。',
  'job.needs-exceed-node':
    'このジョブには {what} が {needs} 必要ですが、このノードは {has} です。より大きなノードを使ってください。',
  'job.not-queued': 'このジョブは「{state}」です。引き受けられるのは待機中のジョブだけです。',
  'job.not-awaiting-start': 'このジョブは「{state}」です。開始確認を待っていません。',
  'job.claims-exceeded': 'このノードはすでに {limit} 件のジョブを持っています。先に終えるか返してください。',
  'job.leases-exhausted':
    'このジョブは {epochs} 回リースされましたが、完了したノードはありませんでした。リースの履歴を確認し、新しい実行を始めてください。',
  'job.output-missing': 'ジョブ「{kind}」は種類「{expected}」の成果物を提出する必要があります。',
  'lease.stale-epoch':
    'このリースは終わっています: 手元の期は {epoch}、ジョブは期 {current} です。作業を捨てて取り直してください。',
  'lease.not-held': 'このノードはジョブ {jobId} を持っていません。',
  'compiler.missing':
    'Cコンパイラーがありません。「apt-get install gcc」で入れてから、ワーカーを起動し直してください。',
  'worker.crashed': 'ジョブが予期しない形で止まりました(トレース {traceId})。',
  'worker.stopped': 'ノード {node} は所有者が停止したため、ジョブを返しました。',
  'model.not-ready': 'この成果物はここで動かせるモデルではありません。',
  'generate.prompt-too-long':
    '入力は {tokens} トークンで、このモデルの上限 {limit} を超えています。短くしてください。',
  'hub.busy':
    'ハブが混み合っており、何も変更されていません。{seconds} 秒後に同じ操作をもう一度送ってください。',
  'rate.limited': 'リクエストが多すぎます。{seconds} 秒後にもう一度試してください。',
  'persona.not-local':
    'ローカルの人物は、ハブがこのマシンだけで待ち受けている間だけ使えます。OIDCを設定してください。',
};
