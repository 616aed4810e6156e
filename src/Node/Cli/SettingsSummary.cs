using ActorLog.Node.Listening;
using ActorLog.Node.Settings;
using ActorLog.Sinks.Files;

namespace ActorLog.Node.Cli;

/// <summary>Says in a few lines what a node with given settings would do.</summary>
internal static class SettingsSummary
{
    public static IEnumerable<string> Lines(NodeSettings settings)
    {
        var isEdge = settings.Roles.HasFlag(NodeRoles.Edge);
        var isAggregator = settings.Roles.HasFlag(NodeRoles.Aggregator);
        var roles = settings.Roles.ToString().ToLowerInvariant();
        yield return $"node        {settings.Name}, {roles}, {settings.Partitions} partitions";
        yield return $"data        {settings.DataDirectory}";
        foreach (var line in isEdge ? Edge(settings) : [])
        {
            yield return line;
        }

        if (isAggregator)
        {
            yield return $"gateway     {settings.Aggregator.Listen?.ToString() ?? "in this process only"}";
            yield return $"journal     {settings.Aggregator.Journal}";
            yield return $"files       {Files(settings.Aggregator.Files)}";
            foreach (var line in settings.Aggregator.Cluster is { } cluster ? Cluster(cluster) : [])
            {
                yield return line;
            }
        }

        if (settings.Tls is { } tls)
        {
            yield return $"tls         {tls.CertificatePath}, from {tls.CaPath}";
        }

        yield return settings.Http is { } http ? $"http        http://{http.Listen}" : "http        off";
    }

    private static IEnumerable<string> Edge(NodeSettings settings)
    {
        foreach (var source in settings.Sources)
        {
            var place = source.Path ?? source.EndPoint!.ToString();
            var clients = source.Tls is { } tls ? $", client certificate {tls.ClientCertificate.ToString().ToLowerInvariant()}" : "";
            yield return $"source      {source.Name}: {SocketBinding.Name(source.Transport)} {place}{clients}";
        }

        foreach (var route in settings.Routes)
        {
            var taken = route.Filter is null ? "all" : "filtered";
            yield return $"route       {route.Name}: {taken} -> {string.Join(", ", route.Sinks)}";
        }

        foreach (var sink in settings.Sinks.OfType<FileSinkNodeSettings>())
        {
            yield return $"sink        {sink.Name}: {Files(sink.Files)}";
        }

        if (settings.Sinks.OfType<AggregatorSinkSettings>().Any())
        {
            yield return $"spool       {settings.Spool.Path}, up to {SettingFormats.SizeText(settings.Spool.BytesMax)}";
            yield return "forward     " + (settings.Forward.EndPoints.Count == 0
                ? "to the aggregator in this process"
                : string.Join(", ", settings.Forward.EndPoints.Select(static endPoint => $"{endPoint.Host}:{endPoint.Port}")));
        }
    }

    private static IEnumerable<string> Cluster(MembershipSettings cluster)
    {
        var seeds = string.Join(", ", cluster.Seeds.Select(static seed => $"{seed.Host}:{seed.Port}"));
        yield return $"cluster     {cluster.Advertise.Host}:{cluster.Advertise.Port} at {cluster.Listen}, one of {seeds}; stores with {cluster.MembersMin}";
        if (cluster.Advice is { } advice)
        {
            yield return $"            warning: {advice}";
        }
    }

    private static string Files(FileSinkSettings files)
    {
        var size = files.Rotation.BytesMax is { } bytes ? $", sealed at {SettingFormats.SizeText(bytes)}" : "";
        var every = files.Rotation.Every == RotationPeriod.Never
            ? ""
            : $", sealed each {files.Rotation.Every.ToString().ToLowerInvariant()}";
        return Path.Join(files.Directory, files.PathTemplate) + size + every;
    }
}
