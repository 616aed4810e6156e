using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorLog.Node.Cli;

/// <summary>
/// actorlog certs: a CA if there is none, a server's and an edge's certificate, and the lines to paste; for Kubernetes a
/// Secret.
/// </summary>
internal sealed class CertsCommand(Surroundings surroundings)
{
    private const int AuthorityDays = 3650;

    private readonly Option<string> _out = new("--out", "-o")
    {
        Description = "The folder for what is made; a CA that is there is used.",
        HelpName = "DIR",
        DefaultValueFactory = static _ => "certs",
    };

    private readonly Option<string[]> _server = new("--server")
    {
        Description = "Make a server's (aggregator's) certificate for this name or address; may be given many times.",
        HelpName = "NAME",
    };

    private readonly Option<string?> _edge = new("--edge")
    {
        Description = "Make an edge's certificate.",
        HelpName = "NAME",
    };

    private readonly Option<string[]> _hosts = new("--hosts")
    {
        Description = "With --edge: a host name, or glob, that the edge may file records under; may be given many times. "
            + "Without it, the edge's own name.",
        HelpName = "PATTERN",
    };

    private readonly Option<int> _days = new("--days")
    {
        Description = "How long certificates are valid; the CA for ten years.",
        DefaultValueFactory = static _ => 825,
    };

    private readonly Option<string?> _secret = new("--k8s-secret")
    {
        Description = "With one of --server and --edge: also write it as a Kubernetes Secret of this name, for kubectl apply.",
        HelpName = "NAME",
    };

    private readonly Option<bool> _force = new("--force")
    {
        Description = "Replace certificates that are there (never the CA).",
    };

    public Command Build()
    {
        var command = new Command("certs", "Make the CA, server and edge certificates for TLS.");
        foreach (Option option in new Option[] { _out, _server, _edge, _hosts, _days, _secret, _force })
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (result.GetValue(_hosts) is { Length: > 0 } && result.GetValue(_edge) is null)
            {
                result.AddError("--hosts needs --edge NAME.");
            }

            if (result.GetValue(_edge) is { } edge && !IsName(edge))
            {
                result.AddError($"--edge: '{edge}' is not a host name.");
            }

            foreach (var name in (result.GetValue(_server) ?? []).Where(static name => !IsName(name)))
            {
                result.AddError($"--server: '{name}' is neither a host name nor an address.");
            }

            if (result.GetValue(_secret) is { } secret)
            {
                if (result.GetValue(_server) is { Length: > 0 } == result.GetValue(_edge) is not null)
                {
                    result.AddError("--k8s-secret needs one of --server and --edge: a Secret holds one certificate.");
                }

                if (!IsName(secret) || secret.Contains(':') || secret.Any(char.IsAsciiLetterUpper))
                {
                    result.AddError($"--k8s-secret: '{secret}' is not a name for a Secret (small letters, digits, - and .).");
                }
            }
        });
        _days.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > AuthorityDays)
            {
                result.AddError($"--days: 1 to {AuthorityDays}.");
            }
        });
        command.SetAction(Make);
        return command;
    }

    private int Make(ParseResult result)
    {
        try
        {
            var folder = new CertificateFolder(result.GetValue(_out)!, result.GetValue(_force));
            var issuer = new CertificateIssuer(TimeProvider.System.GetUtcNow());
            var days = result.GetValue(_days);
            var server = result.GetValue(_server) is { Length: > 0 } names ? names : null;
            var edge = result.GetValue(_edge);
            var secret = result.GetValue(_secret);
            folder.Refuse([server is null ? null : "server", edge is null ? null : $"edge-{edge}"], secret);
            using var authority = folder.LoadAuthority() ?? Say("CA", CertificateFolder.Authority,
                folder.SaveAuthority(issuer.MakeAuthority("ActorLog CA", AuthorityDays)), folder);
            if (server is not null)
            {
                using var made = folder.Save("server", issuer.MakeServer(authority, server, days));
                Say("server", "server", made, folder);
                Paste("server", folder);
            }

            if (edge is not null)
            {
                using var made = folder.Save($"edge-{edge}", issuer.MakeEdge(authority, edge, result.GetValue(_hosts) ?? [], days));
                Say("edge", $"edge-{edge}", made, folder);
                Paste($"edge-{edge}", folder);
            }

            if (secret is not null)
            {
                surroundings.Output.WriteLine($"kubectl apply -f {folder.SaveSecret(secret, server is null ? $"edge-{edge}" : "server")}");
            }

            return ExitCode.Ok;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            surroundings.Error.WriteLine($"actorlog certs: {e.Message}");
            return ExitCode.Failed;
        }
    }

    private X509Certificate2 Say(string what, string name, X509Certificate2 certificate, CertificateFolder folder)
    {
        var output = surroundings.Output;
        output.WriteLine($"{what}: {folder.CertificatePath(name)}, key {folder.KeyPath(name)}");
        output.WriteLine($"  subject      {certificate.Subject}");
        output.WriteLine($"  names        {string.Join(", ", CertificateFolder.Names(certificate))}");
        output.WriteLine($"  fingerprint  SHA-256 {certificate.GetCertHashString(HashAlgorithmName.SHA256)}");
        output.WriteLine($"  expires      {certificate.NotAfter.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}");
        return certificate;
    }

    private void Paste(string name, CertificateFolder folder)
    {
        surroundings.Output.WriteLine($$"""
              actorlog {
                tls {
                  ca = "{{folder.CertificatePath(CertificateFolder.Authority)}}"
                  certificate = "{{folder.CertificatePath(name)}}"
                  key = "{{folder.KeyPath(name)}}"
                }
              }
            """);
    }

    /// <summary>Also what keeps a name from being a path.</summary>
    private static bool IsName(string name) =>
        Uri.CheckHostName(name) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6 && name[0] != '[';
}
