using System.Runtime.Versioning;
using System.Security.Cryptography.X509Certificates;
using ActorLog.Node.Cli;
using ActorLog.Node.Receiving;
using ActorLog.Node.Settings;
using ActorLog.Node.Tests.Settings;

namespace ActorLog.Node.Tests.Cli;

[SupportedOSPlatform("linux")]
public sealed class CertsCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose()
    {
        _folder.Dispose();
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public async Task One_command_makes_CA_server_and_edge_and_their_chains_verify()
    {
        Assert.Equal(ExitCode.Ok, await RunAsync(
            "--server", "agg.example", "--server", "127.0.0.1", "--server", "::1", "--edge", "web1", "--hosts", "web1*", "--hosts", "db1"));

        using var server = Load("server");
        using var edge = Load("edge-web1");
        Assert.All([server, edge], certificate =>
        {
            Assert.Equal(3, certificate.Version);
            Assert.True(certificate.HasPrivateKey);
            Assert.Equal("1.2.840.10045.2.1", certificate.PublicKey.Oid.Value);
            Assert.True(Verifies(certificate), "The chain does not verify.");
        });
        Assert.True(server.MatchesHostname("agg.example"));
        Assert.True(server.MatchesHostname("127.0.0.1"));
        Assert.True(server.MatchesHostname("::1"));
        Assert.False(server.MatchesHostname("other.example"));
        Assert.Equal(["web1*", "db1"], new HostClaims(edge).Patterns);
        Assert.Equal(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"], Usages(server));
        Assert.Equal(["1.3.6.1.5.5.7.3.2"], Usages(edge));
    }

    [Fact]
    public async Task Keys_are_their_owners_only()
    {
        await RunAsync("--server", "agg.example", "--edge", "web1");

        Assert.All(["ca", "server", "edge-web1"], name =>
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(At($"{name}-key.pem")));
            Assert.StartsWith("-----BEGIN PRIVATE KEY-----", File.ReadAllText(At($"{name}-key.pem")), StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task What_it_prints_can_be_pasted_as_a_configuration()
    {
        await RunAsync("--server", "agg.example");

        var printed = _output.ToString();
        Assert.Contains("  subject      CN=agg.example\n", printed, StringComparison.Ordinal);
        var reading = _folder.Read(printed[printed.IndexOf("actorlog {", StringComparison.Ordinal)..]);
        Assert.Empty(reading.Faults);
        Assert.Equal(new TlsSettings(At("ca.pem"), At("server.pem"), At("server-key.pem")), reading.Settings!.Tls);
    }

    [Fact]
    public async Task Nothing_is_replaced_without_force_and_the_CA_never()
    {
        await RunAsync("--server", "agg.example");
        var authority = await File.ReadAllTextAsync(At("ca.pem"));
        var server = await File.ReadAllTextAsync(At("server.pem"));

        Assert.Equal(ExitCode.Failed, await RunAsync("--server", "agg.example", "--edge", "web1"));
        Assert.Equal($"actorlog certs: '{At("server.pem")}' is there already; --force replaces it.\n", _error.ToString());
        Assert.False(File.Exists(At("edge-web1.pem")));
        Assert.Equal(server, await File.ReadAllTextAsync(At("server.pem")));

        Assert.Equal(ExitCode.Ok, await RunAsync("--server", "agg.example", "--force"));
        Assert.NotEqual(server, await File.ReadAllTextAsync(At("server.pem")));
        Assert.Equal(authority, await File.ReadAllTextAsync(At("ca.pem")));
        using var again = Load("server");
        Assert.True(Verifies(again));
    }

    [Fact]
    public async Task A_CA_without_its_key_is_told()
    {
        await RunAsync();
        File.Delete(At("ca-key.pem"));

        Assert.Equal(ExitCode.Failed, await RunAsync("--edge", "web1"));
        Assert.Equal($"actorlog certs: '{At("ca-key.pem")}' is missing: without it the CA in this folder signs nothing.\n", _error.ToString());
    }

    [Fact]
    public async Task A_Kubernetes_Secret_holds_the_certificate_its_key_and_the_CA()
    {
        Assert.Equal(ExitCode.Ok, await RunAsync("--edge", "web", "--hosts", "web-*", "--k8s-secret", "actorlog-edge"));

        var manifest = At("actorlog-edge-secret.yaml");
        Assert.EndsWith($"kubectl apply -f {manifest}\n", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(manifest));
        Assert.Equal(
            $"""
            apiVersion: v1
            kind: Secret
            metadata:
              name: actorlog-edge
            type: kubernetes.io/tls
            stringData:
              ca.crt: |
            {Indented("ca.pem")}
              tls.crt: |
            {Indented("edge-web.pem")}
              tls.key: |
            {Indented("edge-web-key.pem")}

            """, await File.ReadAllTextAsync(manifest));

        Assert.Equal(ExitCode.Failed, await RunAsync("--server", "agg.example", "--k8s-secret", "actorlog-edge"));
        Assert.Equal($"actorlog certs: '{manifest}' is there already; --force replaces it.\n", _error.ToString());
        Assert.False(File.Exists(At("server.pem")));

        string Indented(string file) => string.Join('\n', File.ReadLines(At(file)).Select(static line => "    " + line));
    }

    [Theory]
    [InlineData("--k8s-secret needs one of --server and --edge: a Secret holds one certificate.", "--k8s-secret", "x")]
    [InlineData(
        "--k8s-secret needs one of --server and --edge: a Secret holds one certificate.", "--server", "a", "--edge", "b", "--k8s-secret", "x")]
    [InlineData("--k8s-secret: '../x' is not a name for a Secret (small letters, digits, - and .).", "--edge", "b", "--k8s-secret", "../x")]
    [InlineData("--k8s-secret: 'X' is not a name for a Secret (small letters, digits, - and .).", "--edge", "b", "--k8s-secret", "X")]
    [InlineData("--hosts needs --edge NAME.", "--hosts", "x")]
    [InlineData("--edge: '../web1' is not a host name.", "--edge", "../web1")]
    [InlineData("--server: 'a b' is neither a host name nor an address.", "--server", "a b")]
    [InlineData("--days: 1 to 3650.", "--days", "0")]
    public async Task A_wrong_command_line_exits_2(string message, params string[] arguments)
    {
        Assert.Equal(ExitCode.Usage, await RunAsync(arguments));
        Assert.StartsWith($"actorlog: {message}\n", _error.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(At("ca.pem")));
    }

    private async Task<int> RunAsync(params string[] arguments) =>
        await new CommandLine((_, _) => Task.FromResult(0), new Surroundings(_output, _error, new Dictionary<string, string>()))
            .InvokeAsync(["certs", "--out", Path.Join(_folder.Path, "certs"), .. arguments]);

    private string At(string name) => Path.Join(_folder.Path, "certs", name);

    private X509Certificate2 Load(string name) => X509Certificate2.CreateFromPemFile(At($"{name}.pem"), At($"{name}-key.pem"));

    private bool Verifies(X509Certificate2 certificate)
    {
        using var authority = X509CertificateLoader.LoadCertificateFromFile(At("ca.pem"));
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }

    private static IEnumerable<string> Usages(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages
            .Cast<System.Security.Cryptography.Oid>().Select(oid => oid.Value!);
}
