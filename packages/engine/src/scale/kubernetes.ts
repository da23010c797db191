import type { Plan } from './plan.ts';
import { shellQuote } from './slurm.ts';

export interface KubernetesOptions {
  readonly name: string;
  readonly image: string;
  /** A volume claim that all pods can write; mounted at `mount`, under which the plan's folder lies. */
  readonly claim: string;
  readonly mount: string;
  readonly folder: string;
  readonly parallelism: number;
  readonly memory: string;
}

/**
 * A Kubernetes Indexed Job (batch/v1) as a JSON manifest, which `kubectl apply -f -` takes like YAML: one index a rank.
 * A pod that is evicted is started again and goes on at the first unit that is not done.
 */
export function kubernetesJob(plan: Plan, options: KubernetesOptions): Record<string, unknown> {
  const { name, image, claim, mount, folder, parallelism, memory } = options;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, labels: { 'app.kubernetes.io/part-of': 'tsudoi', 'tsudoi/task': plan.task } },
    spec: {
      completionMode: 'Indexed',
      completions: plan.ranks,
      parallelism: Math.min(parallelism, plan.ranks),
      backoffLimitPerIndex: 3,
      template: {
        spec: {
          restartPolicy: 'Never',
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              name: 'rank',
              image,
              command: [
                'sh',
                '-c',
                `exec npm run -s corpus -- rank ${shellQuote(folder)} --rank "$JOB_COMPLETION_INDEX"`,
              ],
              resources: { requests: { cpu: '1', memory }, limits: { memory } },
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
              volumeMounts: [{ name: 'corpus', mountPath: mount }],
            },
          ],
          volumes: [{ name: 'corpus', persistentVolumeClaim: { claimName: claim } }],
        },
      },
    },
  };
}
