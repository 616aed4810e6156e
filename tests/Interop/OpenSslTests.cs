using ActorLog.Testing.Processes;

namespace ActorLog.Interop;

/// <summary>openssl s_client sends to an edge over TLS: what a client of the field may do, and what the edge does about it.</summary>
public sealed class OpenSslTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task Lines_arrive(string version)
    {
        await using var pipeline = await Pipeline.StartTlsEdge();
        await Send(pipeline, $"{Own(pipeline)} {version} -verify_return_error", Line("from openssl"));
        await Arrived(pipeline, "from openssl");
    }

    [Theory]
    [InlineData("-tls1_1 -cipher ALL:@SECLEVEL=0", "unsupported protocol")]
    [InlineData("-tls1_2", "the peer showed no certificate")]
    public async Task Who_stays_outside_is_told_of_with_the_reason(string options, string why)
    {
        await using var pipeline = await Pipeline.StartTlsEdge();
        await Send(pipeline, options, Line("outside"));
        await Eventually.True(() => pipeline.Account().Contains(why, StringComparison.Ordinal), Limit, why);
        await Send(pipeline, Own(pipeline), Line("inside"));
        await Arrived(pipeline, "inside");
        Assert.DoesNotContain(Pipeline.Lines(pipeline.EdgeFiles), static line => line.Contains("outside", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_renegotiation_ends_the_connection_and_nobody_else_notices()
    {
        await using var pipeline = await Pipeline.StartTlsEdge();
        // A line that is R alone, and read alone, makes s_client ask for it. What is sent behind it ends when s_client does.
        var said = await Send(
            pipeline,
            $"{Own(pipeline)} -tls1_2",
            $"{Line("before")}; until grep -q before {pipeline.EdgeFiles}/*; do sleep 0.1; done; echo R; while echo; do sleep 0.1; done");
        Assert.Contains(said, static line => line.Contains("RENEGOTIATING", StringComparison.Ordinal));
        await Eventually.True(() => pipeline.Account().Contains("Source tls lost 127.0.0.1:", StringComparison.Ordinal), Limit, "it is told");
        await Send(pipeline, Own(pipeline), Line("another"));
        await Arrived(pipeline, "another");
    }

    private static string Own(Pipeline pipeline) =>
        $"-cert {pipeline.Certificates}/edge-node.pem -key {pipeline.Certificates}/edge-node-key.pem";

    private static string Line(string text) => $"echo '<13>May 27 17:51:21 shop1 demo: {text}'";

    /// <summary>Sends what shell commands print; what s_client printed.</summary>
    private static async Task<IReadOnlyList<string>> Send(Pipeline pipeline, string options, string commands)
    {
        var client = $"{Repository.Part("openssl")} s_client -connect localhost:{pipeline.Tls} -CAfile {pipeline.Certificates}/ca.pem {options}";
        await using var child = ChildProcess.Start("/bin/sh", ["-c", $"{{ {commands}; }} | {client}"], pipeline.Scratch);
        // It fails where it is refused: that is looked at on the other side.
        await child.Exit(Limit);
        return child.Output;
    }

    private static Task Arrived(Pipeline pipeline, string end) => Eventually.True(
        () => Task.FromResult(Pipeline.Lines(pipeline.EdgeFiles).Any(line => line.EndsWith(end, StringComparison.Ordinal))),
        Limit,
        () => $"a line that ends '{end}' among\n{string.Join('\n', Pipeline.Lines(pipeline.EdgeFiles))}\n{pipeline.Account()}");
}
