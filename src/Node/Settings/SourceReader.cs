using System.Net;
using ActorLog.Protocol.Framing;

namespace ActorLog.Node.Settings;

/// <summary>Reads actorlog.sources.</summary>
/// <param name="tree">The whole configuration.</param>
/// <param name="dataDirectory">What paths of sockets are relative to.</param>
/// <param name="readTls">Reads a source's own tls block; null: it has none.</param>
internal sealed class SourceReader(SettingsTree tree, string dataDirectory, Func<string, TlsSettings?> readTls)
{
    public const string Section = SettingsTree.Root + ".sources";
    public const string Defaults = SettingsTree.Root + ".defaults.source";

    /// <summary>The longest path of a unix socket, bytes: sun_path of Linux less its NUL.</summary>
    private const int UnixPathBytesMax = 107;

    /// <summary>The port of syslog over TLS (RFC 5425, section 4.1).</summary>
    private const int TlsPort = 6514;

    private static readonly SettingFormat<SourceTransport> Transport = SettingFormats.Choice(
        ("udp", SourceTransport.Udp),
        ("tcp", SourceTransport.Tcp),
        ("tls", SourceTransport.Tls),
        ("unix-datagram", SourceTransport.UnixDatagram),
        ("unix-stream", SourceTransport.UnixStream));

    private static readonly SettingFormat<FramingMode> Framing = SettingFormats.Choice(
        ("auto", FramingMode.Auto),
        ("octet-counting", FramingMode.OctetCounting),
        ("line-feed", FramingMode.LineFeed),
        ("nul", FramingMode.Nul));

    private static readonly SettingFormat<ClientCertificate> Certificate = SettingFormats.Choice(
        ("required", ClientCertificate.Required),
        ("optional", ClientCertificate.Optional),
        ("none", ClientCertificate.None));

    public IReadOnlyList<SourceSettings> Read()
    {
        // The block of defaults is read for its own sake too: its faults and keys count without any source.
        foreach (var transport in Enum.GetValues<SourceTransport>())
        {
            ReadCommon(new SettingsScope(tree, Defaults), "", transport, null, null);
        }

        var sources = tree.Names(Section).Select(ReadSource).ToList();
        foreach (var source in sources)
        {
            var first = sources.First(other => ReferenceEquals(other, source) || SamePlace(source, other));
            if (!ReferenceEquals(first, source))
            {
                new SettingsScope(tree, $"{Section}.{source.Name}").Fault(
                    source.EndPoint is null ? "path" : "listen",
                    $"'{(object?)source.EndPoint ?? source.Path}' is taken by source '{first.Name}'");
            }
        }

        return sources;
    }

    private static bool SamePlace(SourceSettings left, SourceSettings right)
    {
        if (left.Path is not null || right.Path is not null)
        {
            return left.Path == right.Path;
        }

        return left.IsTcp == right.IsTcp && left.EndPoint is { Port: not 0 } one && right.EndPoint is { } other
            && one.Port == other.Port && one.AddressFamily == other.AddressFamily
            && (one.Address.Equals(other.Address) || IsAny(one.Address) || IsAny(other.Address));
    }

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private SourceSettings ReadSource(string name)
    {
        var scope = new SettingsScope(tree, $"{Section}.{name}", Defaults);
        var own = new SettingsScope(tree, $"{Section}.{name}");
        var transport = own.Read("type", Transport);
        if (transport is SourceTransport.Tls)
        {
            return ReadCommon(scope, name, transport, own.Read("listen", SettingFormats.AddressOr(TlsPort)), null);
        }

        if (transport is SourceTransport.Udp or SourceTransport.Tcp)
        {
            return ReadCommon(scope, name, transport, own.Read<IPEndPoint?>("listen", SettingFormats.Address), null);
        }

        var path = System.IO.Path.GetFullPath(own.Read<string>("path", SettingFormats.Text), dataDirectory);
        if (System.Text.Encoding.UTF8.GetByteCount(path) > UnixPathBytesMax)
        {
            own.Fault("path", $"'{path}' is longer than a unix socket's path may be: {UnixPathBytesMax} bytes");
        }

        return ReadCommon(scope, name, transport, null, path);
    }

    private SourceSettings ReadCommon(
        SettingsScope scope, string name, SourceTransport transport, IPEndPoint? listen, string? path)
    {
        var isStream = transport.IsStream();
        var isUnix = transport is SourceTransport.UnixDatagram or SourceTransport.UnixStream;
        return new SourceSettings(
            name,
            transport,
            listen,
            path,
            isUnix ? scope.Read<UnixFileMode>("mode", SettingFormats.Mode) : UnixFileMode.None,
            isStream ? scope.Read("framing", Framing) : FramingMode.Auto,
            scope.Read<bool>("keep-hostname", SettingFormats.Switch),
            scope.Read<TimeZoneInfo>("time-zone", SettingFormats.Zone),
            (int)scope.Read("record-bytes-max", SettingFormats.Size(480, 16 << 20)),
            isStream ? 0 : (int)scope.Read("receive-buffer", SettingFormats.Size(64 << 10, 1 << 30)),
            isStream ? scope.Read("connections-max", SettingFormats.Number(1, 65_536)) : 0,
            isStream
                ? scope.Read("idle-timeout", SettingFormats.Time(TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)))
                : TimeSpan.Zero,
            scope.ReadList<IPNetwork>("trusted-proxies", SettingFormats.Network))
        {
            Tls = transport is SourceTransport.Tls ? ReadTls(scope, name) : null,
        };
    }

    private TlsSourceSettings ReadTls(SettingsScope scope, string name) => new(
        scope.Read("client-certificate", Certificate),
        scope.Read("handshake-timeout", SettingFormats.Time(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5))),
        name.Length > 0 ? readTls(name) : null);
}
