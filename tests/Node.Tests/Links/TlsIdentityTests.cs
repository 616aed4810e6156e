using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorLog.Node.Cli;
using ActorLog.Node.Links;
using ActorLog.Node.Settings;

namespace ActorLog.Node.Tests.Links;

/// <summary>Certificates that are renewed while the node runs: used when they are whole and good, and not before.</summary>
public sealed class TlsIdentityTests : IDisposable
{
    private const int Days = 30;
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly CertificateFolder _folder = new(Directory.CreateTempSubdirectory("al").FullName, replace: true);
    private readonly X509Certificate2 _authority;

    public TlsIdentityTests()
    {
        _authority = _folder.SaveAuthority(new CertificateIssuer(Now.AddDays(-5 * Days)).MakeAuthority("CA", 10 * Days));
        Save("node", Now, Days);
    }

    private TlsSettings Settings => new(
        _folder.CertificatePath(CertificateFolder.Authority), _folder.CertificatePath("node"), _folder.KeyPath("node"));

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(Path.GetDirectoryName(Settings.CaPath)!, recursive: true);
    }

    [Fact]
    public void What_has_not_changed_is_not_taken_again()
    {
        Assert.False(new TlsIdentity(Settings).Renew(Now));
    }

    [Fact]
    public void A_renewed_certificate_is_used_when_its_key_is_there_too()
    {
        var identity = new TlsIdentity(Settings);
        var (certificate, key) = Save("next", Now, 2 * Days);
        File.WriteAllText(Settings.CertificatePath, certificate);
        Assert.Throws<CryptographicException>(() => identity.Renew(Now));
        Assert.True(identity.Validity.Ends < Now.UtcDateTime.AddDays(Days + 1));
        File.WriteAllText(Settings.KeyPath, key);
        Assert.True(identity.Renew(Now));
        Assert.True(identity.Validity.Ends > Now.UtcDateTime.AddDays(Days + 1));
        Assert.False(identity.Renew(Now));
    }

    [Fact]
    public void Half_a_file_is_not_used()
    {
        var identity = new TlsIdentity(Settings);
        foreach (var path in new[] { Settings.CaPath, Settings.CertificatePath, Settings.KeyPath })
        {
            var whole = File.ReadAllText(path);
            for (var length = 0; length < whole.LastIndexOf("-----", StringComparison.Ordinal); length += 40)
            {
                File.WriteAllText(path, whole[..length]);
                Assert.ThrowsAny<CryptographicException>(() => identity.Renew(Now));
            }

            File.WriteAllText(path, whole);
            Assert.False(identity.Renew(Now));
        }
    }

    [Fact]
    public void Half_of_a_second_CA_is_not_used()
    {
        var identity = new TlsIdentity(Settings);
        var whole = File.ReadAllText(Settings.CaPath);
        File.AppendAllText(Settings.CaPath, whole[..(whole.Length / 2)]);
        Assert.Throws<CryptographicException>(() => identity.Renew(Now));
        File.WriteAllText(Settings.CaPath, whole + whole);
        Assert.True(identity.Renew(Now));
    }

    [Fact]
    public void A_file_that_is_gone_leaves_the_old_one_in_use()
    {
        var identity = new TlsIdentity(Settings);
        File.Delete(Settings.KeyPath);
        Assert.ThrowsAny<IOException>(() => identity.Renew(Now));
        Assert.Null(identity.FindFault(Now));
    }

    [Fact]
    public void One_that_is_over_is_not_used_while_the_old_one_is_good()
    {
        var identity = new TlsIdentity(Settings);
        Save("node", Now.AddDays(-2 * Days), Days);
        var fault = Assert.Throws<CryptographicException>(() => identity.Renew(Now));
        Assert.Contains("expired on", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_of_another_CA_is_used_when_that_CA_is_there_beside_the_old_one()
    {
        var identity = new TlsIdentity(Settings);
        using var other = new CertificateIssuer(Now).MakeAuthority("another CA", 10 * Days);
        using var ofOther = new CertificateIssuer(Now).MakeServer(other, ["localhost"], Days);
        File.WriteAllText(Settings.CertificatePath, ofOther.ExportCertificatePem());
        using (var key = ofOther.GetECDsaPrivateKey()!)
        {
            File.WriteAllText(Settings.KeyPath, key.ExportPkcs8PrivateKeyPem());
        }

        Assert.Contains("does not come from the CA", Assert.Throws<CryptographicException>(() => identity.Renew(Now)).Message, StringComparison.Ordinal);
        File.AppendAllText(Settings.CaPath, other.ExportCertificatePem());
        Assert.True(identity.Renew(Now));
    }

    private (string Certificate, string Key) Save(string name, DateTimeOffset begins, int days)
    {
        using var _ = _folder.Save(name, new CertificateIssuer(begins).MakeServer(_authority, ["localhost", "127.0.0.1"], days));
        return (File.ReadAllText(_folder.CertificatePath(name)), File.ReadAllText(_folder.KeyPath(name)));
    }
}
