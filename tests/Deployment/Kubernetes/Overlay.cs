using ActorLog.Testing.Processes;
using k8s;
using k8s.Models;

namespace ActorLog.Deployment.Kubernetes;

/// <summary>What kustomize makes of a folder of k8s/overlays: objects of the API's types, strictly read.</summary>
internal sealed record Overlay(string Name, IReadOnlyList<object> Objects)
{
    /// <summary>Every overlay there is.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.GetDirectories(Repository.At("k8s", "overlays")).Select(static d => Path.GetFileName(d)).Order(StringComparer.Ordinal)];

    /// <summary>The pods of its workloads, with the workload's kind and name.</summary>
    public IEnumerable<(string Workload, V1PodSpec Pod)> Pods =>
    [
        .. Objects.OfType<V1Deployment>().Select(static d => ($"Deployment {d.Name()}", d.Spec.Template.Spec)),
        .. Objects.OfType<V1StatefulSet>().Select(static s => ($"StatefulSet {s.Name()}", s.Spec.Template.Spec)),
        .. Objects.OfType<V1DaemonSet>().Select(static d => ($"DaemonSet {d.Name()}", d.Spec.Template.Spec)),
    ];

    /// <summary>Builds one, and reads it.</summary>
    public static async Task<Overlay> Build(string name) => new(name, Read(await Kustomize(name)));

    /// <summary>The text that kustomize makes of one.</summary>
    public static async Task<string> Kustomize(string name) => string.Join(
        '\n', await ChildProcess.Run(Repository.Part("kubectl"), ["kustomize", Repository.At("k8s", "overlays", name)], Repository.Root));

    /// <summary>Reads objects; a field that a type does not have is an error.</summary>
    public static IReadOnlyList<object> Read(string yaml) => KubernetesYaml.LoadAllFromString(yaml, CustomResources.Types, strict: true);
}
