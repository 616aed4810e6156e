using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorLog.Node.Links;

namespace ActorLog.Node.Settings;

/// <summary>Reads actorlog.aggregator.cluster, and what it needs of the rest: TLS, a certificate that may join, a shared journal.</summary>
internal sealed class MembershipReader(SettingsTree tree, string machineName)
{
    public const string Section = SettingsTree.Root + ".aggregator.cluster";

    /// <summary>What a journal that several nodes can share begins with.</summary>
    public const string SharedJournal = "postgresql://";

    private readonly SettingsScope _scope = new(tree, Section);

    /// <summary>The settings, or null for a cluster of one.</summary>
    /// <param name="gateway">Where this node lets edges in; null: nowhere.</param>
    public MembershipSettings? Read(IPEndPoint? gateway)
    {
        var listen = _scope.Read<IPEndPoint?>("listen", SettingFormats.AddressOrOff);
        var advertised = _scope.Read<DnsEndPoint?>("advertise", Advertised);
        var seeds = _scope.ReadList<DnsEndPoint>("seeds", SettingFormats.HostAndPort);
        var told = _scope.Read<(bool IsAuto, DnsEndPoint? EndPoint)>("gateway", AutoOffOrHostAndPort);
        var least = _scope.Read<int?>("members-min", AutoOrNumber);
        if (listen is null)
        {
            if (seeds.Count > 0 && !tree.IsFaulty($"{Section}.listen"))
            {
                _scope.Fault("seeds", "is of no use without cluster.listen");
            }

            return null;
        }

        if (seeds.Count == 0)
        {
            if (!tree.IsFaulty($"{Section}.seeds"))
            {
                _scope.Fault("listen", "needs cluster.seeds: all members, this node among them");
            }

            return null;
        }

        if (seeds.GroupBy(Text, StringComparer.OrdinalIgnoreCase).FirstOrDefault(static same => same.Count() > 1) is { } twice)
        {
            _scope.Fault("seeds", $"names {twice.Key} twice");
        }

        var own = FindOwn(advertised, listen, seeds);
        var majority = MembershipSettings.QuorumOf(seeds.Count);
        if (least is { } members && !tree.IsFaulty($"{Section}.members-min") && (members < majority || members > seeds.Count))
        {
            _scope.Fault("members-min", $"'{members}' is out of range: {majority} (the majority of seeds) to {seeds.Count} (all of them)");
        }

        return own is null ? null : new MembershipSettings(
            listen, own, seeds, least ?? majority,
            !told.IsAuto ? told.EndPoint : gateway is { Port: > 0 } ? new DnsEndPoint(own.Host, gateway.Port) : null);
    }

    /// <summary>Tells what a member of a cluster needs and has not.</summary>
    public void Judge(NodeSettings settings)
    {
        if (settings.Aggregator.Cluster is not { } cluster)
        {
            return;
        }

        if (settings.Tls is not { } tls)
        {
            if (!tree.IsFaulty($"{TlsReader.Section}.ca"))
            {
                _scope.Fault("listen", "needs tls.ca, tls.certificate and tls.key (actorlog certs makes them): members speak over TLS only");
            }
        }
        else if (FindCertificateFault(tls, cluster.Advertise.Host) is { } fault)
        {
            new SettingsScope(tree, TlsReader.Section).Fault("certificate", fault);
        }

        var aggregator = new SettingsScope(tree, $"{SettingsTree.Root}.aggregator");
        if (cluster.Seeds.Count > 1 && aggregator.Find("journal")?.Text is { } journal
            && !journal.StartsWith(SharedJournal, StringComparison.Ordinal))
        {
            aggregator.Fault("journal", $"'{journal}' is a file of one node: members of a cluster need one journal for all, {SharedJournal}...");
        }
    }

    // A certificate that cannot be read has been told of by the reader of tls.
    private string? FindCertificateFault(TlsSettings tls, string host)
    {
        if (tree.IsFaulty($"{TlsReader.Section}.certificate"))
        {
            return null;
        }

        try
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(tls.CertificatePath);
            return NodeCertificate.FindFault(certificate) is { } fault ? $"'{tls.CertificatePath}' {fault}"
                : NodeCertificate.Names(certificate, host) ? null
                : $"'{tls.CertificatePath}' does not name '{host}', as which this node is known to the others (actorlog certs --server {host})";
        }
        catch (CryptographicException e)
        {
            return $"'{tls.CertificatePath}' cannot be read: {e.Message}";
        }
    }

    private DnsEndPoint? FindOwn(DnsEndPoint? advertised, IPEndPoint listen, IReadOnlyList<DnsEndPoint> seeds)
    {
        if (tree.IsFaulty($"{Section}.advertise") || tree.IsFaulty($"{Section}.seeds"))
        {
            return null;
        }

        var found = advertised is not null
            ? seeds.Where(seed => IsSame(seed.Host, advertised.Host) && seed.Port == (advertised.Port == 0 ? listen.Port : advertised.Port))
            : seeds.Where(seed => seed.Port == listen.Port && IsThisMachine(seed.Host, listen));
        if (found.Take(2).ToList() is [var one])
        {
            return one;
        }

        _scope.Fault(
            advertised is null ? "seeds" : "advertise",
            advertised is null
                ? $"does not tell which member this node is ('{machineName}', port {listen.Port}): name it in cluster.advertise"
                : $"'{advertised.Host}:{(advertised.Port == 0 ? listen.Port : advertised.Port)}' is none of cluster.seeds, which lists all members");
        return null;
    }

    // A pod's name is the first label of its name in the headless service.
    private bool IsThisMachine(string host, IPEndPoint listen) =>
        listen.Address.Equals(IPAddress.Any) || listen.Address.Equals(IPAddress.IPv6Any)
            ? IsSame(host, machineName) || host.StartsWith($"{machineName}.", StringComparison.OrdinalIgnoreCase)
                || machineName.StartsWith($"{host}.", StringComparison.OrdinalIgnoreCase)
            : IPAddress.TryParse(host, out var address) ? address.Equals(listen.Address) : IsSame(host, machineName);

    private static bool IsSame(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private static string Text(DnsEndPoint endPoint) => $"{endPoint.Host}:{endPoint.Port}";

    private static string? Advertised(string text, out DnsEndPoint? value)
    {
        value = null;
        if (text == "auto")
        {
            return null;
        }

        if (Uri.CheckHostName(text) is not (UriHostNameType.Unknown or UriHostNameType.Basic))
        {
            value = new DnsEndPoint(text, 0);
            return null;
        }

        var error = SettingFormats.HostAndPort(text, out var both);
        value = both;
        return error is null ? null : "is neither auto, nor a host, nor host:port (try aggregator-0.example:4053)";
    }

    private static string? AutoOffOrHostAndPort(string text, out (bool IsAuto, DnsEndPoint? EndPoint) value)
    {
        value = (text == "auto", null);
        if (text is "auto" or "off")
        {
            return null;
        }

        var error = SettingFormats.HostAndPort(text, out var endPoint);
        value = (false, endPoint);
        return error is null ? null : "is neither auto, nor off, nor host:port (try aggregator-0.example:6514)";
    }

    private static string? AutoOrNumber(string text, out int? value)
    {
        value = null;
        if (text == "auto")
        {
            return null;
        }

        var error = SettingFormats.Number(1, 1000)(text, out var number);
        value = number;
        return error is null ? null : "is neither auto nor a whole number (1 to 1000)";
    }
}
