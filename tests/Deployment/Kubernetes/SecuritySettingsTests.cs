using ActorLog.Testing.Processes;
using k8s.Models;

namespace ActorLog.Deployment.Kubernetes;

/// <summary>The table of docs/kubernetes.md: what each container of each overlay may do. The page says what the manifests say.</summary>
public sealed class SecuritySettingsTests
{
    private const string Head = "| overlay | workload | container | user | group of volumes | root file system | capabilities | more privileges | seccomp | API token | writes to |";

    [Fact]
    public async Task The_table_of_the_page_is_what_the_manifests_say()
    {
        var rows = new List<string> { Head, "|" + string.Concat(Enumerable.Repeat("---|", Head.Count(static c => c == '|') - 1)) };
        foreach (var name in Overlay.Names)
        {
            rows.AddRange((await Overlay.Build(name)).Pods.SelectMany(p => Containers(p.Pod).Select(c => Row(name, p.Workload, p.Pod, c))));
        }

        var page = await File.ReadAllTextAsync(Repository.At("docs", "kubernetes.md"));
        var table = string.Join('\n', rows);
        Assert.True(page.Contains(table + "\n", StringComparison.Ordinal), $"docs/kubernetes.md should have this table:\n{table}");
    }

    [Fact]
    public async Task No_container_may_more_than_it_needs()
    {
        foreach (var name in Overlay.Names)
        {
            foreach (var (_, pod) in (await Overlay.Build(name)).Pods)
            {
                Assert.True(pod.HostNetwork is null && pod.HostPID is null && pod.HostIPC is null);
                Assert.False(pod.AutomountServiceAccountToken);
                foreach (var container in Containers(pod))
                {
                    Assert.True(container.SecurityContext.RunAsNonRoot ?? pod.SecurityContext.RunAsNonRoot);
                    Assert.NotEqual(0, User(pod, container));
                    Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
                    Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
                    Assert.Null(container.SecurityContext.Privileged);
                    Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
                    Assert.Null(container.SecurityContext.Capabilities.Add);
                    Assert.Equal("RuntimeDefault", Seccomp(pod, container));
                    Assert.True(container.Resources.Limits.ContainsKey("memory"));
                }
            }
        }
    }

    private static string Row(string overlay, string workload, V1PodSpec pod, V1Container container)
    {
        var security = container.SecurityContext;
        var writable = (container.VolumeMounts ?? []).Where(static m => m.ReadOnlyProperty != true).Select(static m => m.MountPath);
        string[] cells =
        [
            overlay, workload, container.Name,
            $"{User(pod, container)}",
            $"{pod.SecurityContext.FsGroup?.ToString() ?? "-"}",
            security.ReadOnlyRootFilesystem == true ? "read-only" : "writable",
            string.Join(", ", security.Capabilities.Drop) == "ALL" ? "none" : "some",
            security.AllowPrivilegeEscalation == false ? "no" : "yes",
            Seccomp(pod, container) ?? "none",
            pod.AutomountServiceAccountToken == false ? "no" : "yes",
            string.Join(", ", writable),
        ];
        return $"| {string.Join(" | ", cells)} |";
    }

    private static IEnumerable<V1Container> Containers(V1PodSpec pod) => (pod.InitContainers ?? []).Concat(pod.Containers);

    private static long? User(V1PodSpec pod, V1Container container) => container.SecurityContext.RunAsUser ?? pod.SecurityContext.RunAsUser;

    private static string? Seccomp(V1PodSpec pod, V1Container container) =>
        (container.SecurityContext.SeccompProfile ?? pod.SecurityContext.SeccompProfile)?.Type;
}
