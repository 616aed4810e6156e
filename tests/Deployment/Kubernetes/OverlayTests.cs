using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using ActorLog.Node.Links;
using ActorLog.Node.Receiving;
using ActorLog.Testing.Processes;
using k8s.Models;
using static ActorLog.Deployment.Kubernetes.CustomResources;

namespace ActorLog.Deployment.Kubernetes;

/// <summary>Every overlay builds, and what it makes is what the API, the program and the documentation know.</summary>
public sealed partial class OverlayTests
{
    /// <summary>gunicorn's graceful stop and the program's drain.</summary>
    private const int WebStopSeconds = 30;
    private const int DrainSeconds = 25;

    public static TheoryData<string> Overlays => [.. Overlay.Names];

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task It_builds_and_every_field_of_every_object_is_one_that_the_API_knows(string name) =>
        Assert.NotEmpty((await Overlay.Build(name)).Objects);

    [Theory]
    [InlineData("single", "replicas: 1", "replicaz: 1")]
    [InlineData("single", "readOnlyRootFilesystem: true", "readOnlyRootFileSystem: true")]
    [InlineData("cert-manager", "secretName: actorlog-server", "secret: actorlog-server")]
    public async Task A_field_that_the_API_does_not_know_is_found(string name, string right, string wrong)
    {
        var text = await Overlay.Kustomize(name);
        Assert.Contains(right, text, StringComparison.Ordinal);
        Assert.ThrowsAny<Exception>(() => Overlay.Read(text.Replace(right, wrong, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("edge", "edge.hocon", "edge-node")]
    [InlineData("aggregator", "aggregator.hocon", "server")]
    public async Task The_configurations_are_what_the_program_takes(string role, string file, string certificate)
    {
        using var directory = new TempDirectory();
        var certificates = await Certificates.Make(directory["certs"]);
        await ActorLogProcess.Run(
            directory.Path,
            "check", "--config", Repository.At("k8s", "base", role, file),
            "--set", $"tls.ca={certificates}/ca.pem",
            "--set", $"tls.certificate={certificates}/{certificate}.pem",
            "--set", $"tls.key={certificates}/{certificate}-key.pem");
    }

    [Fact]
    public async Task The_sidecar_is_up_before_the_application_and_outlasts_it()
    {
        var (_, pod) = Assert.Single((await Overlay.Build("sidecar")).Pods);

        var edge = Assert.Single(pod.InitContainers);
        Assert.Equal("Always", edge.RestartPolicy);
        Assert.Equal("/ready", edge.StartupProbe.HttpGet.Path);
        Assert.Equal("/alive", edge.LivenessProbe.HttpGet.Path);
        Assert.True(pod.TerminationGracePeriodSeconds > WebStopSeconds + DrainSeconds);
        var sockets = edge.VolumeMounts.Single(static m => m.MountPath == "/run/actorlog").Name;
        Assert.Contains(Assert.Single(pod.Containers).VolumeMounts, m => m.Name == sockets);
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public async Task A_member_s_configuration_is_what_the_program_takes()
    {
        using var directory = new TempDirectory();
        var certificates = await Certificates.Make(directory["certs"]);
        var password = directory["password"];
        await File.WriteAllTextAsync(password, "secret");
        File.SetUnixFileMode(password, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await ActorLogProcess.Run(
            directory.Path,
            "check", "--config", Repository.At("k8s", "overlays", "clustered", "aggregator.hocon"),
            "--set", $"aggregator.journal-password-file={password}",
            "--set", "aggregator.cluster.seeds=localhost:4053",
            "--set", "aggregator.cluster.advertise=localhost:4053",
            "--set", $"tls.ca={certificates}/ca.pem",
            "--set", $"tls.certificate={certificates}/server.pem",
            "--set", $"tls.key={certificates}/server-key.pem");
    }

    [Fact]
    public async Task Members_alone_reach_the_cluster_s_port_and_seeds_are_the_pods()
    {
        var overlay = await Overlay.Build("clustered");
        var set = Assert.Single(overlay.Objects.OfType<V1StatefulSet>());
        var policy = Assert.Single(overlay.Objects.OfType<V1NetworkPolicy>());
        var cluster = policy.Spec.Ingress.Single(static rule => rule.Ports.Single().Port.Value == "cluster");
        Assert.Equal(set.Spec.Selector.MatchLabels, Assert.Single(cluster.FromProperty).PodSelector.MatchLabels);
        Assert.Contains(set.Spec.Template.Spec.Containers.Single().Ports, static port => port.Name == "cluster" && port.ContainerPort == 4053);

        var config = overlay.Objects.OfType<V1ConfigMap>().Single().Data["actorlog.hocon"];
        for (var i = 0; i < set.Spec.Replicas; i++)
        {
            Assert.Contains($"\"{set.Name()}-{i}.{set.Spec.ServiceName}.{set.Namespace()}.svc:4053\"", config, StringComparison.Ordinal);
        }

        Assert.DoesNotContain($"\"{set.Name()}-{set.Spec.Replicas}.", config, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("single")]
    [InlineData("clustered")]
    [InlineData("daemonset")]
    public async Task Others_have_more_time_than_the_drain_takes(string name) => Assert.All(
        (await Overlay.Build(name)).Pods, static p => Assert.True(p.Pod.TerminationGracePeriodSeconds > DrainSeconds));

    [Fact]
    public async Task Edges_alone_reach_the_gateway_and_an_edge_carries_the_label_for_it()
    {
        var policy = Assert.Single((await Overlay.Build("single")).Objects.OfType<V1NetworkPolicy>());
        var gateway = policy.Spec.Ingress.Single(static rule => rule.Ports.Single().Port.Value == "edges");
        var label = Assert.Single(Assert.Single(gateway.FromProperty).PodSelector.MatchLabels);
        Assert.Empty(policy.Spec.Egress);

        var sidecar = (await Overlay.Build("sidecar")).Objects.OfType<V1Deployment>().Single();
        var node = (await Overlay.Build("daemonset")).Objects.OfType<V1DaemonSet>().Single();
        Assert.Contains(label, sidecar.Spec.Template.Metadata.Labels);
        Assert.Contains(label, node.Spec.Template.Metadata.Labels);
    }

    [Fact]
    public async Task cert_manager_makes_the_Secrets_that_pods_mount_with_claims_the_gateway_reads()
    {
        var certificates = (await Overlay.Build("cert-manager")).Objects.OfType<Resource<CertificateSpec>>().ToList();
        foreach (var name in new[] { "sidecar", "daemonset", "single" })
        {
            var overlay = await Overlay.Build(name);
            var space = overlay.Objects.OfType<V1Namespace>().Single().Name();
            var secret = overlay.Pods.Single().Pod.Volumes.Single(static v => v.Secret is not null).Secret.SecretName;
            var made = certificates.Single(c => c.Metadata.NamespaceProperty == space);
            Assert.Equal(secret, made.Spec.SecretName);
            Assert.All(made.Spec.Uris, static uri => Assert.True(
                uri == NodeCertificate.Mark || uri.StartsWith(HostClaims.UriPrefix, StringComparison.Ordinal), uri));
        }

        // Edges connect to the name in their configuration.
        var edge = await File.ReadAllTextAsync(Repository.At("k8s", "base", "edge", "edge.hocon"));
        Assert.Contains(
            certificates.Single(static c => c.Spec.SecretName == "actorlog-server").Spec.DnsNames,
            host => edge.Contains($"\"{host}:6515\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_alert_of_the_operations_page_has_a_rule_and_every_rule_asks_for_a_metric_of_it()
    {
        var page = await File.ReadAllLinesAsync(Repository.At("docs", "operations.md"));
        var rules = (await Overlay.Build("monitoring")).Objects.OfType<Resource<RuleSpec>>().Single().Spec.Groups.SelectMany(static g => g.Rules).ToList();
        var asked = rules.SelectMany(static r => Metric().Matches(r.Expr).Select(static m => m.Value)).ToHashSet();
        var alerts = page.Where(static l => l.Contains("**alert", StringComparison.Ordinal)).Select(static l => Metric().Match(l).Value).ToList();

        Assert.NotEmpty(alerts);
        Assert.All(alerts, alert => Assert.Contains(alert, asked));
        Assert.All(asked, metric => Assert.Contains(page, l => l.Contains($"`{metric}", StringComparison.Ordinal)));
    }

    [GeneratedRegex("actorlog_[a-z_]+")]
    private static partial Regex Metric();
}
