using System.Net;
using ActorLog.Node.Links;
using ActorLog.Sinks.Files;

namespace ActorLog.Node.Settings;

/// <summary>Tells of settings that are each right and do not go together.</summary>
internal sealed class SettingsJudge(SettingsTree tree)
{
    private readonly SettingsScope _root = new(tree, SettingsTree.Root);

    public void Judge(NodeSettings settings)
    {
        if (tree.IsFaulty($"{SettingsTree.Root}.roles"))
        {
            return;
        }

        var isEdge = settings.Roles.HasFlag(NodeRoles.Edge);
        var isAggregator = settings.Roles.HasFlag(NodeRoles.Aggregator);
        if (settings.Roles == NodeRoles.None)
        {
            _root.Fault("roles", "is empty: a node is an edge, an aggregator, or both");
        }

        if (isEdge)
        {
            JudgeEdge(settings, isAggregator);
        }

        if (isAggregator)
        {
            JudgeAggregator(settings, isEdge);
        }

        JudgePorts(settings, isEdge, isAggregator);
        JudgePaths(settings, isEdge, isAggregator);
    }

    private void JudgeEdge(NodeSettings settings, bool isAggregator)
    {
        if (settings.Sources.Count == 0 && !tree.IsFaulty(SourceReader.Section))
        {
            TellBlock("sources", "is empty: an edge needs a source");
        }

        if (settings.Routes.Count == 0 && !tree.IsFaulty(RouteReader.Section))
        {
            TellBlock("routes", "is empty: every record would be dropped");
        }

        if (settings.Forward.EndPoints.Count == 0 && !isAggregator
            && settings.Sinks.OfType<AggregatorSinkSettings>().Any())
        {
            var route = settings.Routes.First(static route => route.Sinks.Contains(RouteReader.AggregatorSink));
            new SettingsScope(tree, $"{RouteReader.Section}.{route.Name}").Fault(
                "sinks", "leads to the aggregator, but forward.endpoints is empty and this node is no aggregator");
        }

        if (settings.Forward.EndPoints.Count > 0 && settings.Tls is null)
        {
            _root.Below("forward").Fault("endpoints", "needs tls.ca, tls.certificate and tls.key (actorlog certs makes them)");
        }

        foreach (var source in settings.Sources.Where(static source => source.Tls is not null))
        {
            JudgeTls(new SettingsScope(tree, $"{SourceReader.Section}.{source.Name}"), source.Tls!.Own ?? settings.Tls);
        }
    }

    private static void JudgeTls(SettingsScope source, TlsSettings? tls)
    {
        if (tls is null)
        {
            source.Fault("type", "needs tls.ca, tls.certificate and tls.key (actorlog certs makes them)");
        }
        else if (ServerCertificate.FindFault(tls.CertificatePath) is { } fault)
        {
            source.Fault("type", $"needs a server's certificate: '{tls.CertificatePath}' {fault}; name one in {source.Path[(SettingsTree.Root.Length + 1)..]}.tls (actorlog certs --server makes it)");
        }
    }

    private void JudgeAggregator(NodeSettings settings, bool isEdge)
    {
        var listen = _root.Below("aggregator");
        if (settings.Aggregator.Listen is not null && settings.Tls is null)
        {
            listen.Fault("listen", "needs tls.ca, tls.certificate and tls.key (actorlog certs makes them)");
        }

        if (settings.Aggregator.Listen is null && !isEdge && listen.Find("listen")?.Text == "off")
        {
            listen.Fault("listen", "is off and this node is no edge: nothing could reach this aggregator");
        }

        // Each partition is the only writer of its files: a path must not belong to hosts of two.
        if (settings.Partitions > 1
            && PathTemplate.TryParse(settings.Aggregator.Files.PathTemplate, out var template, out _) && !template.UsesHost)
        {
            listen.Below("files").Fault("path", "needs {host}, or partitions = 1: hosts of two partitions would share a file");
        }
    }

    private void JudgePorts(NodeSettings settings, bool isEdge, bool isAggregator)
    {
        var taken = new List<(string Path, IPEndPoint EndPoint)>();
        if (isEdge)
        {
            taken.AddRange(settings.Sources
                .Where(static source => source.IsTcp && source.EndPoint is not null)
                .Select(static source => ($"sources.{source.Name}", source.EndPoint!)));
        }

        if (isAggregator && settings.Aggregator.Listen is { } gateway)
        {
            taken.Add(("aggregator", gateway));
        }

        if (isAggregator && settings.Aggregator.Cluster is { } cluster)
        {
            taken.Add(("aggregator.cluster", cluster.Listen));
        }

        if (settings.Http is { } http)
        {
            taken.Add(("http", http.Listen));
        }

        for (var i = 0; i < taken.Count; i++)
        {
            var (path, endPoint) = taken[i];
            if (!path.StartsWith("sources", StringComparison.Ordinal)
                && endPoint.Port != 0
                && taken.Take(i).FirstOrDefault(other => other.EndPoint.Equals(endPoint)).Path is { } first)
            {
                _root.Below(path).Fault("listen", $"'{endPoint}' is taken by {SettingsTree.Root}.{first}.listen");
            }
        }
    }

    private void JudgePaths(NodeSettings settings, bool isEdge, bool isAggregator)
    {
        if (!isAggregator)
        {
            return;
        }

        if (isEdge && settings.Spool.Path == settings.Aggregator.JournalPath)
        {
            _root.Below("aggregator").Fault("journal", "is the spool's file: each is a database of its own");
        }

        foreach (var sink in settings.Sinks.OfType<FileSinkNodeSettings>())
        {
            if (isEdge && (IsWithin(sink.Files.Directory, settings.Aggregator.Files.Directory)
                || IsWithin(settings.Aggregator.Files.Directory, sink.Files.Directory)))
            {
                _root.Below("sinks").Below(sink.Name).Fault(
                    "directory", "lies in the aggregator's files, or they in it: each needs a directory of its own");
            }
        }
    }

    private static bool IsWithin(string inner, string outer) =>
        (inner.TrimEnd('/') + "/").StartsWith(outer.TrimEnd('/') + "/", StringComparison.Ordinal);

    private void TellBlock(string key, string text)
    {
        var path = $"{SettingsTree.Root}.{key}";
        tree.Fault(tree.Block(path)?.Where ?? "default", path, text);
    }
}
