using System.Security.Cryptography.X509Certificates;
using ActorLog.Node.Cli;
using ActorLog.Testing.Processes;
using Folder = ActorLog.Node.Cli.CertificateFolder;

namespace ActorLog.Drills.Network;

/// <summary>A CA that was made long ago, and folders of what it issues.</summary>
internal sealed class DrillAuthority
{
    /// <summary>How long certificates last.</summary>
    public const int Days = 100;

    private readonly string _folder;

    /// <summary>Makes it in a folder.</summary>
    public DrillAuthority(string folder)
    {
        _folder = folder;
        using var authority = new Folder(folder, replace: true).SaveAuthority(
            new CertificateIssuer(TimeProvider.System.GetUtcNow().AddDays(-2 * Days)).MakeAuthority("drill", 20 * Days));
    }

    /// <summary>Fills a folder with the CA, and certificates that begin at the times.</summary>
    /// <returns>The folder.</returns>
    public string Issue(string to, DateTimeOffset server, DateTimeOffset edge)
    {
        foreach (var file in Directory.GetFiles(_folder).Where(_ => to != _folder))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
        }

        var folder = new Folder(to, replace: true);
        using X509Certificate2 authority = folder.LoadAuthority()!;
        using var ofServer = folder.Save(
            "server", new CertificateIssuer(server).MakeServer(authority, ["localhost", "127.0.0.1", Certificates.Aggregator], Days));
        using var ofEdge = folder.Save("edge-node", new CertificateIssuer(edge).MakeEdge(authority, "node", ["*"], Days));
        return to;
    }
}
