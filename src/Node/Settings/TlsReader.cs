using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorLog.Node.Links;

namespace ActorLog.Node.Settings;

/// <summary>Reads a tls block and looks into the files: what a handshake would fail on later is told at the start.</summary>
internal sealed class TlsReader(SettingsScope scope, string configDirectory, TimeProvider? clock)
{
    public const string Section = SettingsTree.Root + ".tls";

    private static readonly string[] Keys = ["ca", "certificate", "key"];

    /// <summary>The block of a source; what it does not say is as in the node's.</summary>
    /// <returns>Null: it has none of its own.</returns>
    public static TlsSettings? ReadOf(string source, SettingsTree tree, string configDirectory, TimeProvider? clock)
    {
        var path = $"{SourceReader.Section}.{source}.tls";
        var own = new SettingsScope(tree, path);
        return Keys.Any(key => own.Find(key) is not null)
            ? new TlsReader(new SettingsScope(tree, path, Section), configDirectory, clock).Read() : null;
    }

    public TlsSettings? Read()
    {
        var paths = Keys.Select(key => scope.Read<string>(key, SettingFormats.Text)).ToList();
        if (paths.All(static path => path == "off"))
        {
            return null;
        }

        if (paths.Contains("off"))
        {
            var unset = string.Join(" and ", Keys.Where((_, i) => paths[i] == "off").Select(static key => $"tls.{key}"));
            scope.Fault(Keys[paths.FindIndex(static path => path != "off")], $"is of no use without {unset}");
            return null;
        }

        // Who lets clients in by one CA may show them a certificate of another.
        var settings = new TlsSettings(Absolute(paths[0]), Absolute(paths[1]), Absolute(paths[2]), IsOneCa: scope.Path == Section);
        var authorities = Certificates("ca", settings.CaPath);
        var own = Certificates("certificate", settings.CertificatePath);
        var now = clock?.GetUtcNow();
        var isTimely = own is null || now is null || TellValidity(own[0], settings.CertificatePath, now.Value);
        if (settings.IsOneCa && own is not null && authorities is not null)
        {
            TellForeign(own, authorities, isTimely ? now : null, settings);
        }

        TellKey(settings.KeyPath, own?[0]);

        return settings;
    }

    private string Absolute(string path) => Path.GetFullPath(path, configDirectory);

    private X509Certificate2Collection? Certificates(string key, string path)
    {
        if (ReadFile(key, path, static stream => new StreamReader(stream).ReadToEnd()) is not { } pem)
        {
            return null;
        }

        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(pem);
        }
        catch (CryptographicException e)
        {
            scope.Fault(key, $"'{path}' is not a certificate in PEM: {e.Message}");
            return null;
        }

        if (certificates.Count > 0)
        {
            return certificates;
        }

        scope.Fault(key, $"'{path}' holds no certificate in PEM");
        return null;
    }

    private bool TellValidity(X509Certificate2 certificate, string path, DateTimeOffset now)
    {
        if (CertificateChain.FindTimeFault(certificate, now) is not { } fault)
        {
            return true;
        }

        scope.Fault("certificate", $"'{path}' {fault} (actorlog certs makes a new one)");
        return false;
    }

    private void TellForeign(
        X509Certificate2Collection own, X509Certificate2Collection authorities, DateTimeOffset? at, TlsSettings settings)
    {
        if (CertificateChain.FindFault(own[0], own, authorities, at) is { } why)
        {
            scope.Fault(
                "certificate",
                $"'{settings.CertificatePath}' does not come from the CA in '{settings.CaPath}' ({why})");
        }
    }

    private void TellKey(string path, X509Certificate2? certificate)
    {
        var mode = UnixFileMode.None;
        var pem = ReadFile("key", path, stream =>
        {
            mode = OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(stream.SafeFileHandle);
            return new StreamReader(stream).ReadToEnd();
        });
        if (pem is null)
        {
            return;
        }

        if (SecretMode.FaultOf(mode) is { } open)
        {
            scope.Fault("key", $"'{path}' {open}");
        }

        if (pem.Contains("ENCRYPTED PRIVATE KEY", StringComparison.Ordinal)
            || pem.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal))
        {
            scope.Fault(
                "key", $"'{path}' is encrypted: a program that starts by itself has nobody to ask for its pass phrase");
        }
        else if (PublicPart(pem) is not { } publicPart)
        {
            scope.Fault("key", $"'{path}' is not a private key in PEM (EC or RSA)");
        }
        else if (certificate is not null
            && !publicPart.AsSpan().SequenceEqual(certificate.PublicKey.ExportSubjectPublicKeyInfo()))
        {
            scope.Fault("key", $"'{path}' is not the key of the certificate");
        }
    }

    private static byte[]? PublicPart(string pem)
    {
        using var ec = ECDsa.Create();
        using var rsa = RSA.Create();
        foreach (AsymmetricAlgorithm algorithm in new AsymmetricAlgorithm[] { ec, rsa })
        {
            try
            {
                algorithm.ImportFromPem(pem);
                return algorithm.ExportSubjectPublicKeyInfo();
            }
            catch (Exception e) when (e is ArgumentException or CryptographicException)
            {
                // Not of this algorithm; the next one tries, and in the end the caller tells.
                continue;
            }
        }

        return null;
    }

    private string? ReadFile(string key, string path, Func<FileStream, string> read)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return read(stream);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            scope.Fault(key, $"'{path}' does not exist");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            scope.Fault(key, $"'{path}' cannot be read: {e.Message}");
        }

        return null;
    }
}
