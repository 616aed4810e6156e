using ActorLog.Testing.Processes;

namespace ActorLog.Interop;

/// <summary>util-linux logger, over each transport and in each of its forms.</summary>
public sealed class LoggerTests
{
    private const string Text = "user=alice said \"héllo\" 日本 from 203.0.113.9";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static readonly string[][] Forms =
    [
        ["--rfc5424"],
        ["--rfc5424=notime,notq,nohost"],
        ["--rfc5424", "--msgid", "REQ7", "--sd-id", "zoo@123", "--sd-param", "tiger=\"hungry\""],
        ["--rfc3164"],
        ["--octet-count", "--rfc5424"],
        ["--octet-count", "--rfc3164"],
    ];

    [Fact]
    public Task Each_form_arrives_over_udp() =>
        Run(p => ["--udp", "--server", "127.0.0.1", "--port", $"{p.Udp}"], Forms);

    [Fact]
    public Task Each_form_arrives_over_tcp() =>
        Run(p => ["--tcp", "--server", "127.0.0.1", "--port", $"{p.Tcp}"], Forms);

    [Fact]
    public Task Each_form_arrives_over_a_unix_datagram_socket() =>
        Run(p => ["--udp", "--socket", p.UnixDatagram], [[], .. Forms]);

    [Fact]
    public Task Each_form_arrives_over_a_unix_stream_socket() =>
        Run(p => ["--tcp", "--socket", p.UnixStream], [[], .. Forms]);

    private static async Task Run(Func<Pipeline, string[]> transport, string[][] forms)
    {
        await using var pipeline = await Pipeline.StartEdge();
        for (var i = 0; i < forms.Length; i++)
        {
            await Log(pipeline, [.. transport(pipeline), .. forms[i], "--tag", "gunicorn.demo.app"], $"as gunicorn {i}: {Text}");
            await Log(pipeline, [.. transport(pipeline), .. forms[i], "--tag", "demo"], $"as another {i}: {Text}");
        }

        for (var i = 0; i < forms.Length; i++)
        {
            await OneLine(pipeline, $" gunicorn.demo.app: [4788] - - WARNING as gunicorn {i}: {Text}");
            await OneLine(pipeline, $" demo[4788]: as another {i}: {Text}");
        }
        Assert.Equal(2 * forms.Length, Pipeline.Lines(pipeline.EdgeFiles).Count);
    }

    private static async Task Log(Pipeline pipeline, string[] arguments, string text) =>
        await ChildProcess.Run(Repository.Part("logger"), [.. arguments, "--id=4788", "--priority", "local0.warning", "--", text], pipeline.Scratch);

    private static async Task OneLine(Pipeline pipeline, string end)
    {
        bool Fits(string line) => line.EndsWith(end, StringComparison.Ordinal);
        await Eventually.True(
            () => Task.FromResult(Pipeline.Lines(pipeline.EdgeFiles).Any(Fits)),
            Limit,
            () => $"a line that ends '{end}' among\n{string.Join('\n', Pipeline.Lines(pipeline.EdgeFiles))}\n{pipeline.Account()}");
        Assert.Single(Pipeline.Lines(pipeline.EdgeFiles), Fits);
    }
}
