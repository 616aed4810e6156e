using ActorLog.Testing.Processes;

namespace ActorLog.Interop;

/// <summary>Sends the oracle's messages through a peer and waits until the edge's files hold them all.</summary>
internal static class Relaying
{
    private const long Messages = 20_000;
    private const int DatagramRate = 500;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    public static async Task Run(Func<Pipeline, Task<Peer>> start, bool datagrams)
    {
        await using var pipeline = await Pipeline.StartEdge();
        await Run(pipeline, start, datagrams);
    }

    public static async Task RunOverTls(Func<Pipeline, Task<Peer>> start)
    {
        await using var pipeline = await Pipeline.StartTlsEdge();
        await Run(pipeline, start, datagrams: false);
    }

    private static async Task Run(Pipeline pipeline, Func<Pipeline, Task<Peer>> start, bool datagrams)
    {
        await using var peer = await start(pipeline);
        var oracle = new Oracle();
        var load = new OracleLoad(datagrams ? Messages / 10 : Messages)
        {
            Connections = 4,
            Host = "shop{0}",
            Header = OracleHeader.Rfc3164,
            Framing = OracleFraming.LineFeed,
            Rate = datagrams ? DatagramRate : null,
        };

        await oracle.Send(OracleTarget.Tcp(peer.Port), load);

        Verification Found() => Verifier.Read(pipeline.EdgeFiles, oracle.Ledger, IsThePeersOwn);
        await Eventually.True(
            () => Task.FromResult(Found().Unique == load.Messages),
            Limit,
            () => $"all messages: {Found()}\n{peer.Account()}\n{pipeline.Account()}");
        var found = Found();
        Assert.True(found.IsExact, found.ToString());
        Assert.Equal(
            ["shop0.log", "shop1.log", "shop2.log", "shop3.log"],
            Directory.EnumerateFiles(pipeline.EdgeFiles, "shop*").Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private static bool IsThePeersOwn(ReadOnlySpan<byte> line) => line.IndexOf(" syslog-ng"u8) > 0 || line.IndexOf(" rsyslogd"u8) > 0;
}
