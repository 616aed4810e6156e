using System.Security.Cryptography.X509Certificates;
using ActorLog.Node.Cli;
using ActorLog.Node.Settings;

namespace ActorLog.Testing.Nodes;

/// <summary>A CA of a test's own, in a folder, and certificates that it signs.</summary>
internal sealed class TestAuthority
{
    private const int Days = 5;
    private readonly CertificateFolder _folder;

    public TestAuthority(string folder)
    {
        _folder = new CertificateFolder(folder, replace: true);
        using var _ = _folder.SaveAuthority(Issuer.MakeAuthority("test CA", 2 * Days));
    }

    private static CertificateIssuer Issuer => new(DateTimeOffset.UtcNow);

    /// <summary>A server's certificate for loopback; another one at each call, in the same files.</summary>
    public TlsSettings Server(int days = Days)
    {
        using var authority = _folder.LoadAuthority()!;
        using var _ = _folder.Save("server", Issuer.MakeServer(authority, ["localhost", "127.0.0.1"], days));
        return Files("server");
    }

    /// <summary>A client's certificate.</summary>
    public TlsSettings Client()
    {
        using var authority = _folder.LoadAuthority()!;
        using var _ = _folder.Save("client", Issuer.MakeEdge(authority, "client.example", [], Days));
        return Files("client");
    }

    /// <summary>The CA's certificate, for who trusts it.</summary>
    public X509Certificate2Collection Trusted() =>
        [X509CertificateLoader.LoadCertificateFromFile(_folder.CertificatePath(CertificateFolder.Authority))];

    private TlsSettings Files(string name) => new(
        _folder.CertificatePath(CertificateFolder.Authority), _folder.CertificatePath(name), _folder.KeyPath(name));
}
