using System.Net;
using System.Net.Sockets;
using ActorLog.Node.Cli;
using ActorLog.Node.Links;
using ActorLog.Node.Settings;
using ActorLog.Node.Storage;

namespace ActorLog.Testing.Nodes;

/// <summary>
/// A cluster's surroundings in one process: a CA, certificates, bound ports and one SQLite file as the journal of all, which
/// the fence guards as it would in a server.
/// </summary>
internal sealed class ClusterHost : IAsyncDisposable
{
    private readonly List<ClusterMember> _members = [];
    private readonly List<Socket> _sockets = [];
    private readonly CertificateFolder _certificates;

    public ClusterHost(int seeds)
    {
        Folder = Directory.CreateTempSubdirectory("al").FullName;
        _certificates = new CertificateFolder(Path.Combine(Folder, "certs"), replace: true);
        using var authority = _certificates.SaveAuthority(Issuer.MakeAuthority("test CA", 10));
        using var node = _certificates.Save("node", Issuer.MakeServer(authority, ["localhost", "127.0.0.1"], 5));
        for (var i = 0; i < seeds; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _sockets.Add(socket);
        }

        Seeds = [.. _sockets.Select(static socket => new DnsEndPoint("127.0.0.1", ((IPEndPoint)socket.LocalEndPoint!).Port))];
        Journal = SqliteFile.Prepare(Path.Combine(Folder, "journal.db"));
    }

    public string Folder { get; }

    public IReadOnlyList<DnsEndPoint> Seeds { get; }

    public SqliteFile Journal { get; }

    /// <summary>The certificate of all members.</summary>
    public TlsIdentity NodeIdentity => Identity("node");

    /// <summary>Its files.</summary>
    public TlsSettings NodeTls => Tls("node");

    private static CertificateIssuer Issuer => new(DateTimeOffset.UtcNow);

    /// <summary>An edge's certificate of the same CA.</summary>
    public TlsIdentity EdgeIdentity()
    {
        using var authority = _certificates.LoadAuthority()!;
        using var edge = _certificates.Save("edge", Issuer.MakeEdge(authority, "localhost", ["*"], 5));
        return Identity("edge");
    }

    /// <summary>A member's certificate of the same CA with another name.</summary>
    public TlsIdentity OtherName()
    {
        using var authority = _certificates.LoadAuthority()!;
        using var other = _certificates.Save("other", Issuer.MakeServer(authority, ["other.example"], 5));
        return Identity("other");
    }

    /// <summary>A member's certificate of another CA, which trusts that one only.</summary>
    public TlsIdentity OtherAuthority()
    {
        var folder = new CertificateFolder(Path.Combine(Folder, "others"), replace: true);
        using var authority = folder.SaveAuthority(Issuer.MakeAuthority("another CA", 10));
        using var node = folder.Save("node", Issuer.MakeServer(authority, ["localhost", "127.0.0.1"], 5));
        return new TlsIdentity(new TlsSettings(
            folder.CertificatePath(CertificateFolder.Authority), folder.CertificatePath("node"), folder.KeyPath("node")));
    }

    /// <summary>Starts the member of this place in the list of seeds.</summary>
    public ClusterMember Start(
        int place, TlsIdentity? identity = null, Func<NodeSettings, NodeSettings>? change = null, SqliteFile? journal = null)
    {
        var member = new ClusterMember(this, place, _sockets[place], identity ?? NodeIdentity, change ?? (static same => same), journal ?? Journal);
        _members.Add(member);
        return member;
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_members.Select(static member => member.DisposeAsync().AsTask()));
        _sockets.ForEach(static socket => socket.Dispose());
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(Folder, recursive: true);
    }

    private TlsIdentity Identity(string name) => new(Tls(name));

    private TlsSettings Tls(string name) => new(
        _certificates.CertificatePath(CertificateFolder.Authority), _certificates.CertificatePath(name), _certificates.KeyPath(name));
}
