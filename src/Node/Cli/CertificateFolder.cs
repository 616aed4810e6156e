using System.Security.Cryptography.X509Certificates;
using ActorLog.Node.Links;
using ActorLog.Node.Receiving;

namespace ActorLog.Node.Cli;

/// <summary>The folder in which actorlog certs keeps NAME.pem and NAME-key.pem.</summary>
/// <param name="path">The folder; made when it is not there.</param>
/// <param name="replace">Whether what is there may be replaced; never so the CA.</param>
internal sealed class CertificateFolder(string path, bool replace)
{
    /// <summary>The name of the CA's files.</summary>
    public const string Authority = "ca";

    private const UnixFileMode KeyMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode CertificateMode = KeyMode | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private readonly string _path = Path.GetFullPath(path);

    public string CertificatePath(string name) => Path.Join(_path, $"{name}.pem");

    public string KeyPath(string name) => Path.Join(_path, $"{name}-key.pem");

    /// <summary>The manifest of a Kubernetes Secret of this name.</summary>
    public string SecretPath(string name) => Path.Join(_path, $"{name}-secret.yaml");

    /// <summary>Throws when anything to be made is there already, so that either all or nothing is made.</summary>
    /// <param name="names">The certificates; null: this one is not made.</param>
    /// <param name="secret">The Secret, if one is made.</param>
    /// <exception cref="IOException">Something is there, and it may not be replaced.</exception>
    public void Refuse(IEnumerable<string?> names, string? secret)
    {
        var there = names.OfType<string>()
            .SelectMany(name => new[] { CertificatePath(name), KeyPath(name) })
            .Concat(secret is null ? [] : [SecretPath(secret)])
            .FirstOrDefault(File.Exists);
        if (there is not null && !replace)
        {
            throw new IOException($"'{there}' is there already; --force replaces it.");
        }
    }

    /// <summary>The CA that is there, or null.</summary>
    /// <exception cref="IOException">One of its two files is missing.</exception>
    public X509Certificate2? LoadAuthority()
    {
        var files = new[] { CertificatePath(Authority), KeyPath(Authority) };
        if (files.All(static file => !File.Exists(file)))
        {
            return null;
        }

        return files.FirstOrDefault(static file => !File.Exists(file)) is { } missing
            ? throw new IOException($"'{missing}' is missing: without it the CA in this folder signs nothing.")
            : X509Certificate2.CreateFromPemFile(files[0], files[1]);
    }

    public X509Certificate2 SaveAuthority(X509Certificate2 certificate) => Save(Authority, certificate, FileMode.CreateNew);

    public X509Certificate2 Save(string name, X509Certificate2 certificate) =>
        Save(name, certificate, replace ? FileMode.Create : FileMode.CreateNew);

    /// <summary>Writes a certificate of this folder, its key and the CA's certificate as a Kubernetes Secret; the file's path.</summary>
    public string SaveSecret(string secret, string name)
    {
        var manifest = SecretManifest.Write(
            secret, File.ReadAllText(CertificatePath(Authority)), File.ReadAllText(CertificatePath(name)), File.ReadAllText(KeyPath(name)));
        var file = SecretPath(secret);
        Write(file, manifest, replace ? FileMode.Create : FileMode.CreateNew, KeyMode);
        return file;
    }

    /// <summary>What a certificate is for, to be read.</summary>
    public static IEnumerable<string> Names(X509Certificate2 certificate)
    {
        var alternatives = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().ToList();
        if (alternatives.Count == 0)
        {
            return ["(signs others)"];
        }

        return alternatives.SelectMany(static names => names.EnumerateDnsNames())
            .Concat(alternatives.SelectMany(static names => names.EnumerateIPAddresses())
                .Select(static address => address.ToString()))
            .Concat(certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>()
                .All(static usage => usage.EnhancedKeyUsages.Count == 1)
                ? new HostClaims(certificate).Patterns.Select(static pattern => $"may file under {pattern}")
                : [])
            .Concat(NodeCertificate.FindFault(certificate) is null ? ["may join the cluster"] : []);
    }

    private X509Certificate2 Save(string name, X509Certificate2 certificate, FileMode mode)
    {
        Directory.CreateDirectory(_path);
        using var key = certificate.GetECDsaPrivateKey()!;
        // The key first: a certificate without a key is seen at once, and the other way round looks finished.
        Write(KeyPath(name), key.ExportPkcs8PrivateKeyPem() + "\n", mode, KeyMode);
        Write(CertificatePath(name), certificate.ExportCertificatePem() + "\n", mode, CertificateMode);
        return certificate;
    }

    private static void Write(string file, string text, FileMode mode, UnixFileMode permissions)
    {
        if (mode == FileMode.Create)
        {
            // A file that is replaced would keep its own mode, however wide.
            File.Delete(file);
        }

        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = permissions;
        }

        using var stream = new FileStream(file, options);
        using var writer = new StreamWriter(stream);
        writer.Write(text);
    }
}
