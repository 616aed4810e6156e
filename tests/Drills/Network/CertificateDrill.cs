using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ActorLog.Drills.Running;
using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Network;

/// <summary>
/// Certificates that have ended, have not begun, or come from someone else's CA, on either side, and a client without one: refused
/// and said on both sides, while the edge spools; all is delivered when the right ones are there. A cycle is each of them.
/// </summary>
internal sealed class CertificateDrill() : Drill("certificate", "39, 41", "shows certificates that are over, too early, or of a foreign CA, or none")
{
    private static readonly string[] Waits = ["forwarding waits: "];
    private static readonly string[] Refuses = ["gateway refused a connection: ", "it may not accept this node's certificate"];
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    public override int LongCycles => 3;

    public override async Task Run(DrillRun run)
    {
        for (var cycle = 0; cycle < run.Cycles; cycle++)
        {
            using var directory = new TempDirectory();
            var right = new DrillAuthority(directory.Folder("right"));
            var good = right.Issue(directory.Folder("good"), Now, Now);
            await Refused(run, directory, "the edge's has ended", right.Issue(directory.Folder("a"), Now, Now.AddDays(-DrillAuthority.Days - 1)), good, "expired");
            await Refused(run, directory, "the edge's has not begun", right.Issue(directory.Folder("b"), Now, Now.AddDays(1)), good, "not yet valid");
            await Refused(run, directory, "the aggregator's has ended", good, right.Issue(directory.Folder("c"), Now.AddDays(-DrillAuthority.Days - 1), Now), "expired");
            await Refused(run, directory, "a foreign CA", new DrillAuthority(directory.Folder("other")).Issue(directory.Folder("d"), Now, Now), good, "");
        }
    }

    private static async Task Refused(
        DrillRun run, TempDirectory directory, string what, string edge, string aggregator, string reason)
    {
        var gateway = 0;
        await using var plant = await Plant.Start(new PlantConfig(edge)
        {
            Aggregator = node =>
            {
                gateway = node.Gateway!.Value;
                return node with { Certificates = aggregator };
            },
        });
        await using var load = EndlessLoad.Start(plant, rate: 2_000);
        await load.Send(20_000);
        await Eventually.True(
            async () => Line(plant.Edge, Waits) is not null && Line(plant.Aggregator, Refuses) is not null
                && await plant.Edge.Metric("actorlog_unstored_records") > 0,
            Limit,
            () => $"{what}: both say why\n{plant.Account()}");
        DrillRun.Require(
            (Line(plant.Edge, Waits) + Line(plant.Aggregator, Refuses)).Contains(reason, StringComparison.Ordinal), $"{what}: nobody says '{reason}'\n{plant.Account()}");
        DrillRun.Require(
            await plant.Edge.Metric("actorlog_forwarder_connected") == 0 && await plant.Aggregator.Metric("actorlog_journaled_records_total") == 0,
            $"{what}: something was delivered\n{plant.Account()}");
        run.Say($"{what}: {await plant.Edge.Metric("actorlog_unstored_records"):N0} records wait; {Line(plant.Edge, Waits)}");
        run.Say($"  {Line(plant.Aggregator, Refuses)}");
        await WithoutOne(gateway, Path.Combine(aggregator, "ca.pem"));
        await Eventually.True(
            () => Task.FromResult(plant.Aggregator.Process.Output.Any(static l => l.Contains("no certificate", StringComparison.Ordinal))), Limit,
            () => $"a client without a certificate is refused\n{plant.Account()}");

        await load.End();
        await Task.WhenAll(plant.Edge.Stop(), plant.Aggregator.Stop());
        foreach (var file in Directory.GetFiles(directory["good"]))
        {
            var wrong = edge == directory["good"] ? aggregator : edge;
            File.Copy(file, Path.Combine(wrong, Path.GetFileName(file)), overwrite: true);
        }

        await Task.WhenAll(plant.Aggregator.Restart(), plant.Edge.Restart());
        await load.Finish(run);
    }

    // Before the aggregator listens, nothing is said of certificates.
    private static string? Line(ActorLogProcess node, string[] words) => node.Process.Output.FirstOrDefault(
        l => words.Any(w => l.Contains(w, StringComparison.Ordinal)) && !l.Contains("Connection refused", StringComparison.Ordinal));

    private static async Task WithoutOne(int port, string authority)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, VerificationFlags = X509VerificationFlags.AllFlags };
        policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(authority));
        using var client = new TcpClient("127.0.0.1", port);
        await using var tls = new SslStream(client.GetStream());
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                CertificateChainPolicy = policy,
            });
            DrillRun.Require(await tls.ReadAsync(new byte[1]) == 0, "a client without a certificate is answered");
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            // Refused, in the handshake or, with TLS 1.3, right behind it.
            return;
        }
    }
}
