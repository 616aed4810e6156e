using System.Net;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorLog.Node.Cli;
using ActorLog.Node.Links;
using ActorLog.Node.Settings;

namespace ActorLog.Node.Tests.Settings;

[SupportedOSPlatform("linux")]
public sealed class TlsReaderTests : IDisposable
{
    private const string Hocon = "actorlog.tls {\n  ca = ca.pem\n  certificate = server.pem\n  key = server-key.pem\n}";
    private readonly TemporaryFolder _folder = new();

    public TlsReaderTests() => Make(DateTimeOffset.UtcNow);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Files_are_found_beside_the_configuration_and_go_together()
    {
        var reading = _folder.Read(Hocon);

        Assert.Empty(reading.Faults);
        Assert.Equal(new TlsSettings(At("ca.pem"), At("server.pem"), At("server-key.pem")), reading.Settings!.Tls);
    }

    [Fact]
    public void What_does_not_exist_is_told()
    {
        File.Delete(At("ca.pem"));
        File.Delete(At("server.pem"));
        File.Delete(At("server-key.pem"));

        Assert.Equal(
        [
            "akka.hocon:2:3 actorlog.tls.ca: 'ca.pem' does not exist",
            "akka.hocon:3:3 actorlog.tls.certificate: 'server.pem' does not exist",
            "akka.hocon:4:3 actorlog.tls.key: 'server-key.pem' does not exist",
        ], _folder.FaultsOf(Hocon));
    }

    [Theory]
    [InlineData("644", "0644")]
    [InlineData("604", "0604")]
    [InlineData("660", "0660")]
    public void A_key_that_others_may_read_is_refused(string mode, string shown)
    {
        File.SetUnixFileMode(At("server-key.pem"), (UnixFileMode)Convert.ToInt32(mode, 8));

        Assert.Equal(
            [$"akka.hocon:4:3 actorlog.tls.key: 'server-key.pem' may be read by others (mode {shown}): chmod 600 it"],
            _folder.FaultsOf(Hocon));
    }

    [Fact]
    public void A_key_may_belong_to_a_group()
    {
        File.SetUnixFileMode(At("server-key.pem"), (UnixFileMode)Convert.ToInt32("640", 8));

        Assert.Empty(_folder.FaultsOf(Hocon));
    }

    [Fact]
    public void A_key_behind_a_link_is_judged_by_its_own_mode()
    {
        File.Move(At("server-key.pem"), At("real.pem"));
        File.CreateSymbolicLink(At("server-key.pem"), "real.pem");

        Assert.Empty(_folder.FaultsOf(Hocon));
    }

    [Fact]
    public void A_key_of_another_certificate_is_refused()
    {
        File.Copy(At("ca-key.pem"), At("server-key.pem"), overwrite: true);

        Assert.Equal(["akka.hocon:4:3 actorlog.tls.key: 'server-key.pem' is not the key of the certificate"], _folder.FaultsOf(Hocon));
    }

    [Fact]
    public void An_encrypted_key_is_refused()
    {
        using var key = System.Security.Cryptography.ECDsa.Create();
        var parameters = new System.Security.Cryptography.PbeParameters(
            System.Security.Cryptography.PbeEncryptionAlgorithm.Aes128Cbc, System.Security.Cryptography.HashAlgorithmName.SHA256, 1000);
        File.WriteAllText(At("server-key.pem"), key.ExportEncryptedPkcs8PrivateKeyPem("secret", parameters));

        Assert.Equal(
            ["akka.hocon:4:3 actorlog.tls.key: 'server-key.pem' is encrypted: a program that starts by itself has nobody to ask for its pass phrase"],
            _folder.FaultsOf(Hocon));
    }

    [Fact]
    public void Damage_is_told()
    {
        File.WriteAllText(At("ca.pem"), "no PEM at all");
        File.WriteAllText(At("server-key.pem"), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");

        Assert.Equal(
        [
            "akka.hocon:2:3 actorlog.tls.ca: 'ca.pem' holds no certificate in PEM",
            "akka.hocon:4:3 actorlog.tls.key: 'server-key.pem' is not a private key in PEM (EC or RSA)",
        ], _folder.FaultsOf(Hocon));
    }

    [Fact]
    public void A_certificate_of_another_CA_is_refused()
    {
        using var other = new CertificateIssuer(DateTimeOffset.UtcNow).MakeAuthority("Another CA", 10);
        File.WriteAllText(At("ca.pem"), other.ExportCertificatePem());

        var fault = Assert.Single(_folder.FaultsOf(Hocon));
        Assert.StartsWith(
            "akka.hocon:3:3 actorlog.tls.certificate: 'server.pem' does not come from the CA in 'ca.pem' (", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_of_a_CA_that_has_ended_is_refused()
    {
        // The same CA by name and key, as it was before it was prolonged.
        using var authority = X509Certificate2.CreateFromPemFile(At("ca.pem"), At("ca-key.pem"));
        using var key = authority.GetECDsaPrivateKey()!;
        var request = new CertificateRequest(authority.SubjectName, key, HashAlgorithmName.SHA256);
        foreach (var extension in authority.Extensions)
        {
            request.CertificateExtensions.Add(extension);
        }

        using var ended = request.CreateSelfSigned(authority.NotBefore.AddYears(-2), authority.NotBefore.AddYears(-1));
        File.WriteAllText(At("ca.pem"), ended.ExportCertificatePem());

        Assert.Equal(
            ["akka.hocon:3:3 actorlog.tls.certificate: 'server.pem' does not come from the CA in 'ca.pem' (NotTimeValid)"],
            _folder.FaultsOf(Hocon));
    }

    [Fact]
    public void An_expired_certificate_is_refused()
    {
        Make(new DateTimeOffset(2020, 1, 1, 12, 0, 0, TimeSpan.Zero));

        Assert.Equal(
            ["akka.hocon:3:3 actorlog.tls.certificate: 'server.pem' expired on 2020-01-31 12:00:00Z (actorlog certs makes a new one)"],
            _folder.FaultsOf(Hocon));
    }

    [Fact]
    public void A_certificate_of_tomorrow_is_refused()
    {
        Make(new DateTimeOffset(2120, 1, 1, 12, 0, 0, TimeSpan.Zero));

        Assert.Equal(
            ["akka.hocon:3:3 actorlog.tls.certificate: 'server.pem' is not valid before 2120-01-01 11:55:00Z (actorlog certs makes a new one)"], _folder.FaultsOf(Hocon));
    }

    [Fact]
    public void A_source_shows_the_nodes_certificate_at_the_customary_port()
    {
        var reading = _folder.Read(Hocon + "\nactorlog.sources.in { type = tls, listen = \"127.0.0.1\" }");

        Assert.Empty(reading.Faults);
        var source = Assert.Single(reading.Settings!.Sources);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 6514), source.EndPoint);
        Assert.Equal(new TlsSourceSettings(ClientCertificate.Required, TimeSpan.FromSeconds(10), null), source.Tls);
    }

    [Fact]
    public void A_source_may_let_clients_of_another_CA_in()
    {
        using var other = new CertificateIssuer(DateTimeOffset.UtcNow).MakeAuthority("Another CA", 10);
        File.WriteAllText(At("clients.pem"), other.ExportCertificatePem());

        var reading = _folder.Read(Hocon + "\nactorlog.sources.in { type = tls, listen = \"[::1]\", client-certificate = optional, tls.ca = clients.pem }");

        Assert.Empty(reading.Faults);
        var tls = Assert.Single(reading.Settings!.Sources).Tls!;
        Assert.Equal(ClientCertificate.Optional, tls.ClientCertificate);
        Assert.Equal(new TlsSettings(At("clients.pem"), At("server.pem"), At("server-key.pem"), IsOneCa: false), tls.Own);
        Assert.Null(new TlsIdentity(tls.Own!).FindFault(DateTimeOffset.UtcNow));
    }

    [Fact]
    public void A_sources_own_files_are_looked_into()
    {
        Assert.Equal(
        [
            "akka.hocon:6:57 actorlog.sources.in.tls.key: 'ca-key.pem' is not the key of the certificate",
        ], _folder.FaultsOf(Hocon + "\nactorlog.sources.in { type = tls, listen = \"127.0.0.1\", tls.key = ca-key.pem }"));
        Assert.Equal(
        [
            "akka.hocon:6:57 actorlog.sources.in.tls.cert: unknown key",
        ], _folder.FaultsOf(Hocon + "\nactorlog.sources.in { type = tls, listen = \"127.0.0.1\", tls.cert = server.pem }")
            .Select(static fault => fault.Split(';')[0]));
    }

    [Fact]
    public void An_edges_certificate_is_no_servers()
    {
        var folder = new CertificateFolder(_folder.Path, replace: false);
        using var authority = folder.LoadAuthority()!;
        using var edge = folder.Save("edge", new CertificateIssuer(DateTimeOffset.UtcNow).MakeEdge(authority, "web1", [], 30));

        Assert.Equal(
        [
            "akka.hocon:6:23 actorlog.sources.in.type: needs a server's certificate: 'edge.pem' is not for serverAuth; "
                + "name one in sources.in.tls (actorlog certs --server makes it)",
        ], _folder.FaultsOf(
            Hocon.Replace("server", "edge", StringComparison.Ordinal) + "\nactorlog.sources.in { type = tls, listen = \"127.0.0.1\" }"));
    }

    [Fact]
    public void An_edge_whose_certificate_is_over_starts_all_the_same()
    {
        Make(new DateTimeOffset(2020, 1, 1, 12, 0, 0, TimeSpan.Zero));
        var request = new SettingsRequest(_folder.Write("akka.hocon", Hocon), new Dictionary<string, string>(), []);

        Assert.Empty(SettingsReader.Read(request with { Clock = null }).Faults);
    }

    private string At(string name) => Path.Join(_folder.Path, name);

    private void Make(DateTimeOffset now)
    {
        foreach (var file in Directory.GetFiles(_folder.Path))
        {
            File.Delete(file);
        }

        var folder = new CertificateFolder(_folder.Path, replace: false);
        var issuer = new CertificateIssuer(now);
        using var authority = folder.SaveAuthority(issuer.MakeAuthority("A CA", 365));
        using var server = folder.Save("server", issuer.MakeServer(authority, ["agg.example"], 30));
    }
}
