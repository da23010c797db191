import type { en } from './rejections.en.ts';

export const ja: Record<keyof typeof en, string> = {
  'input.invalid': '項目「{field}」が正しくありません: {problem}。直してもう一度送ってください。',
  'auth.sign-in-needed': '先にサインインしてください。この操作には登録された人またはノードが必要です。',
  'auth.token-unknown':
    'このトークンは登録されていません。発行したページからもう一度コピーするか、新しく発行してください。',
  'auth.token-revoked': 'このトークンは {at} に失効しました。新しく発行してください。',
  'auth.foreign-origin':
    'ほかのサイトのページからは変更できません。Cookieの代わりにトークンを使ってください。',
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
  'source.unreadable': 'ファイルを読めません: {problem}。直してから提案し直してください。',
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
  'recipe.word-list-unreadable':
    '語の一覧 {list}({file})は、1行に1語の UTF-8 のテキストではないか、語が1つもありません。',
  'recipe.quality-empty':
    '品質モデル用のファイル {file} に文がありません。良い文を1行に1つずつ入れてください。',
  'recipe.test-set-invalid':
    'テストセット {file} の {line} 行目は使えません({problem})。各行は JSON です: {set, id, language, query, label}。',
  'recipe.language-missing':
    'トークナイザーに {language} の区分がありますが、コーパスにその言語の学習用文書がありません。',
  'recipe.vocabulary-too-large':
    'この文章から作れる語彙は最大 {possible} 個ですが、レシピは {asked} 個を求めています。減らすか、文章を増やしてください。',
  'run.unknown': '実行 {runId} はありません。',
  'run.source-not-accepted': '出典 {sourceId} は採択されていないため、実行に使えません。',
  'run.rights-missing': '出典 {sourceId} は学習への利用を許していません。',
  'run.card-lint': 'カードの {field} が {value} になっています。{advice}。',
  'run.settings-differ':
    '実行の設定がカードと異なります(カード → 実行): {all}。カードの設定を使うか、新しい実行を登録してください。',
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
  'model.server-away':
    'モデルのサーバーが応答していません。{seconds} 秒後にもう一度試すか、運営に知らせてください。',
  'model.unknown-path':
    '{method} {path} はありません。使えるのは chat/completions、completions、models、models/名前 です。',
  'generate.prompt-too-long':
    '入力は {tokens} トークンで、このモデルの上限 {limit} を超えています。短くしてください。',
  'hub.busy':
    'ハブが混み合っており、何も変更されていません。{seconds} 秒後に同じ操作をもう一度送ってください。',
  'rate.limited': 'リクエストが多すぎます。{seconds} 秒後にもう一度試してください。',
  'persona.not-local':
    'ローカルの人物は、ハブがこのマシンだけで待ち受けている間だけ使えます。OIDCを設定してください。',
  'auth.not-permitted-here':
    'この操作には、対象のワーキンググループ(またはハブ全体)での権限「{permission}」が必要です。そのグループのリーダーに相談してください。',
  'auth.token-expired': 'このトークンは {at} に期限が切れました。新しく発行してください。',
  'token.scope-exceeds':
    'あなたが持っていない権限「{permission}」はトークンに付けられません。外してください。',
  'person.left': 'この人はハブを離れています。',
  'person.erased': 'この人の情報は消去されています。',
  'person.not-yourself': '本人か、参加者を管理する人だけが行えます。',
  'openness.unknown': '公開の原則に版「{version}」はありません。最新の版に同意してください。',
  'group.not-member': 'この人はこのワーキンググループのメンバーではありません。先に加えてください。',
  'source.not-proposer': 'この出典を直せるのは提案者だけです。',
  'source.not-revisable': 'この出典は「{state}」です。直せるのは変更を求められたときだけです。',
  'source.closed': 'この出典は「{state}」のため、何も追加できません。',
  'annotation-set.unknown': 'アノテーションセット {setId} はありません。',
  'annotation-item.unknown': 'アノテーション項目 {itemId} はありません。',
  'annotation.set-not-open': 'このアノテーションセットは「{state}」です。いまは審査を受け付けていません。',
  'annotation.set-frozen':
    'このアノテーションセットは確定済みです。変更するには再開してください。確定した版は残ります。',
  'annotation.set-not-frozen':
    'このアノテーションセットは「{state}」です。再開できるのは確定済みのものだけです。',
  'annotation.licence-forbids':
    '「{licence}」の文は公開の記録に載せられません(規則「{rule}」)。再配布できるライセンスの文だけで作ってください。',
  'annotation.set-empty': 'このアノテーションセットにはまだ項目がありません。先に追加してください。',
  'annotation.items-open':
    '{count} 件の項目がまだ審査または裁定を待っています。先に終えるか取り下げてください。',
  'annotation.own-item': '自分で書いた項目は審査できません。ほかの人の審査が必要です。',
  'annotation.reviewed-already': 'この項目はすでに審査しました。',
  'annotation.not-claimed': 'この項目はもう手元にありません。次の項目を引き受けてください。',
  'annotation.item-closed': 'この項目は「{state}」です。これ以上の審査は受け付けません。',
  'annotation.not-disputed': 'この項目は「{state}」です。裁定できるのは意見が分かれた項目だけです。',
  'annotation.not-impartial': 'この項目を書いた人や審査した人は裁定できません。ほかの人が裁定します。',
  'annotation.answer-missing': '分類「{category}」に答えがありません。すべての分類に答えてください。',
  'annotation.answer-unknown': '「{value}」は分類「{category}」の値ではありません。一覧から選んでください。',
  'annotation.not-author': '取り下げられるのは、項目を書いた人かセットを管理する人だけです。',
  'run.not-ended-badly': 'この実行は「{state}」です。振り返りを書けるのは失敗または中止した実行だけです。',
  'run.abandoned': 'このジョブの実行は中止されました: {reason}',
  'job.not-awaiting-end': 'このジョブは「{state}」です。完了確認を待っていません。',
  'job.start-refused': '監督者が開始を認めませんでした: {reason}',
  'job.sent-back': '監督者が結果を差し戻しました: {reason}',
  'job.cancelled': 'ジョブは取り消されました: {reason}',
  'job.over': 'このジョブは「{state}」です。取り消すものはありません。',
  'job.not-retryable': 'このジョブは「{state}」です。やり直せるのは失敗または取り消されたジョブだけです。',
  'job.not-reproducible':
    '{results} 台のノードが実行しましたが、どの結果も一致しません({difference})。レシピに決定的でない部分がないか確認してください。',
  'artifact.source-withdrawn':
    'この成果物のもとになった出典 {sourceId} が取り下げられたため、もう配布できません。',
  'release.unknown': 'リリース {releaseId} はありません。',
  'release.name-taken': 'リリース「{slug}」{version} はすでにあります。別の版にしてください。',
  'release.closed': 'このリリースは「{state}」です。この操作はもうできません。',
  'release.not-checked': 'このリリースは「{state}」です。先に確認に合格する必要があります。',
  'release.not-released': 'このリリースは「{state}」です。ファイルは公開後に取得できます。',
  'release.check-failed': '確認「{check}」に合格していません: {problem}',
  'release.own-release': '自分が起案したリリースは承認も評価もできません。ほかの人が行います。',
  'release.approved-already': 'このリリースはすでに承認しました。',
  'release.approvals-missing': 'このリリースの承認は {needed} 件中 {given} 件です。',
  'release.licence-forbids': 'ライセンス判定により再配布できません(規則「{rule}」)。',
  'release.safety-missing': 'このモデルの安全性はまだ評価されていません。',
  'release.unsafe': '最新の安全性評価で「許容できない」とされています: {statement}',
  'release.card-missing': 'この成果物は、カードを登録した実行から作られたものではありません。',
  'release.run-not-completed': 'この成果物のもとの実行は「{state}」で、完了していません。',
  'release.evidence-unrelated':
    'この根拠はリリースの成果物に関するものではありません。その評価か、確定したアノテーションセットを指定してください。',
  'credit.unknown': 'クレジットの記録 {creditId} はありません。',
  'credit.reversed-already': 'このクレジットの記録はすでに取り消されています。',
  'credit.own-statement': '自分自身のクレジットは記載できません。ほかのリーダーに頼んでください。',
  'webhook.unknown': 'あなたのWebhook {webhookId} はありません。',
  'webhook.insecure':
    '{url} は、ユーザー名もパスワードも含まないhttpsのアドレスではありません。通知はそのようなアドレスにだけ送ります。',
  'webhook.private-address':
    '{url} はインターネットから届かないアドレスです。通知は公開アドレスにだけ送ります。',
  'webhook.not-paused': 'このWebhookは一時停止していません。',
  'webhook.limit': 'Webhookはすでに {limit} 個あります。先に一つ削除してください。',
  'subscription.unknown': 'あなたの購読 {subscriptionId} はありません。',
  'subscription.limit': '購読はすでに {limit} 件あります。先に一つ終了してください。',
  'subscription.ahead': '記録は位置 {head} までです。位置 {position} より後からは購読できません。',
  'api.unknown': '{method} {path} はありません。一覧は /api/v1/openapi.json にあります。',
  'api.version': 'このハブのAPIは版1(/api/v1)です。{path} は含まれません。',
  'api.method': '{path} は {method} を受け付けません。{allowed} を使ってください。',
  'api.not-json': '本文がJSONオブジェクトではありません。application/json で送ってください。',
  'batch.too-large':
    '1回の要求に含められる呼び出しは {limit} 件までです({count} 件ありました)。分けて送ってください。',
  'body.too-large':
    '1回の要求は {limit} バイトまでです。減らすか、ファイルはアップロード用のアドレスへ送ってください。',
  'command.id-missing':
    'コマンドには再送を安全にするためのIDが必要です。UUIDをIdempotency-Keyとして送ってください。',
  'command.id-differs': 'Idempotency-Keyと「commandId」が異なります。どちらか一方にしてください。',
};
