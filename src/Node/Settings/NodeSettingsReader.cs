using System.Net;
using ActorLog.Protocol.Batches;
using Akka.Configuration;

namespace ActorLog.Node.Settings;

/// <summary>Reads the blocks in the order of the flow, and then judges them together.</summary>
internal sealed class NodeSettingsReader(SettingsTree tree, SettingsRequest request)
{
    private const long BatchBytesMin = 4 << 10;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private static readonly SettingFormat<NodeRoles> Role =
        SettingFormats.Choice(("edge", NodeRoles.Edge), ("aggregator", NodeRoles.Aggregator));

    private static readonly SettingFormat<BlockCompression> Compression = SettingFormats.Choice(
        ("zstd", BlockCompression.Zstd), ("brotli", BlockCompression.Brotli), ("none", BlockCompression.None));

    private static readonly SettingFormat<SpoolFullPolicy> OnFull =
        SettingFormats.Choice(("drop-newest", SpoolFullPolicy.DropNewest));

    public NodeSettings Read(Config akka)
    {
        var root = new SettingsScope(tree, SettingsTree.Root);
        var data = Path.GetFullPath(root.Read<string>("data-directory", SettingFormats.Text));
        var configDirectory = Path.GetDirectoryName(Path.GetFullPath(request.ConfigPath ?? "none"))!;
        var files = new FilesReader(tree, data);
        files.CheckDefaults();
        var (routes, sinks) = new RouteReader(tree, files).Read(new FilterReader(tree).Read());
        var settings = new NodeSettings(
            root.Read<string>("name", Name),
            data,
            root.ReadList("roles", Role).Aggregate(NodeRoles.None, static (all, one) => all | one),
            root.Read("partitions", SettingFormats.Number(1, 256)),
            root.Read<bool>("portable-sockets", SettingFormats.Switch),
            root.Read("rejected-bytes-max", SettingFormats.Size(0, 1L << 50)),
            new SourceReader(tree, data, source => TlsReader.ReadOf(source, tree, configDirectory, request.Clock)).Read(),
            sinks,
            routes,
            ReadBatching(root.Below("batching")),
            ReadSpool(root.Below("spool"), data),
            ReadForward(root.Below("forward")),
            ReadAggregator(root.Below("aggregator"), files, data, configDirectory),
            new TlsReader(root.Below("tls"), configDirectory, request.Clock).Read(),
            root.Below("http").Read<IPEndPoint?>("listen", SettingFormats.AddressOrOff) is { } http
                ? new HttpSettings(http)
                : null,
            akka);
        new SettingsJudge(tree).Judge(settings);
        if (settings.Roles.HasFlag(NodeRoles.Aggregator))
        {
            new MembershipReader(tree, request.MachineName).Judge(settings);
        }

        return settings;
    }

    private string? Name(string text, out string value)
    {
        value = text == "auto" ? request.MachineName : text;
        return value.Length is > 0 and <= HostTable.NameBytesMax && value.All(static c => c is > ' ' and <= '~' and not '/')
            ? null
            : $"is not a node's name: 1 to {HostTable.NameBytesMax} printable ASCII characters without space and '/'";
    }

    private static BatchingSettings ReadBatching(SettingsScope scope) => new(
        (int)scope.Read("bytes-max", SettingFormats.Size(BatchBytesMin, SlabPool.SlabBytes)),
        scope.Read("window", SettingFormats.Time(TimeSpan.Zero, Second)),
        scope.Read("queue-batches", SettingFormats.Number(1, 4096)),
        scope.Read("stall-max", SettingFormats.Time(TimeSpan.FromMilliseconds(1), Hour)),
        scope.Read("compression", Compression));

    private static SpoolSettings ReadSpool(SettingsScope scope, string data) => new(
        Path.GetFullPath(scope.Read<string>("path", SettingFormats.Text), data),
        scope.Read("bytes-max", SettingFormats.Size(1 << 20, 1L << 50)),
        scope.Read("on-full", OnFull));

    private static ForwardSettings ReadForward(SettingsScope scope)
    {
        var settings = new ForwardSettings(
            scope.ReadList<DnsEndPoint>("endpoints", SettingFormats.HostAndPort),
            (int)scope.Read("window", SettingFormats.Size(64 << 10, 1 << 30)),
            scope.Read("backoff-min", SettingFormats.Time(TimeSpan.FromMilliseconds(10), Hour)),
            scope.Read("backoff-max", SettingFormats.Time(TimeSpan.FromMilliseconds(10), Hour)),
            scope.Read("ack-timeout", SettingFormats.Time(Second, Hour)));
        if (settings.BackoffMax < settings.BackoffMin)
        {
            scope.Fault("backoff-max", $"is shorter than backoff-min, {SettingFormats.TimeText(settings.BackoffMin)}");
        }

        return settings;
    }

    private static string? AutoOrFiles(string text, out int? value)
    {
        value = null;
        if (text == "auto")
        {
            return null;
        }

        var error = SettingFormats.Number(1, 10_000_000)(text, out var number);
        value = number;
        return error is null ? null : "is neither auto nor a whole number (1 to 10000000)";
    }

    private AggregatorSettings ReadAggregator(SettingsScope scope, FilesReader files, string data, string configDirectory)
    {
        var (journal, postgres) = new JournalReader(scope, data, configDirectory).Read();
        var listen = scope.Read<IPEndPoint?>("listen", SettingFormats.AddressOrOff);
        var settings = new AggregatorSettings(
            listen,
            journal,
            files.Read($"{scope.Path}.files"),
            scope.Read("checkpoint-bytes", SettingFormats.Size(64 << 10, 1L << 40)),
            scope.Read("checkpoint-every", SettingFormats.Time(TimeSpan.FromMilliseconds(100), Hour)),
            scope.Read("uncheckpointed-bytes-max", SettingFormats.Size(1 << 20, 1L << 40)),
            scope.Read("settle-after", SettingFormats.Time(TimeSpan.Zero, TimeSpan.FromDays(7))),
            scope.Read("in-flight-bytes-max", SettingFormats.Size(1 << 20, 1L << 40)),
            scope.Read("connections-max", SettingFormats.Number(1, 65_536)))
        {
            LiveFilesMax = scope.Read<int?>("live-files-max", AutoOrFiles),
            Postgres = postgres,
            Cluster = new MembershipReader(tree, request.MachineName).Read(listen),
        };
        if (settings.UncheckpointedBytesMax < settings.CheckpointBytes)
        {
            scope.Fault(
                "uncheckpointed-bytes-max",
                $"is less than checkpoint-bytes, {SettingFormats.SizeText(settings.CheckpointBytes)}");
        }

        return settings;
    }
}
