using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ActorLog.Testing.Processes;

namespace ActorLog.Deployment.Containers;

/// <summary>Edge and aggregator in one container, with the image's own configuration: read-only, no capabilities, not root, 128 MiB.</summary>
public sealed class NodeContainerTests : IDisposable
{
    private const long MemoryBytes = 128L << 20;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly TempDirectory _directory = new();
    private readonly int _port = FreePort.Next();
    private readonly int _http = FreePort.Next();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Lines_arrive_by_UDP_and_unix_socket_within_128_MiB_and_SIGTERM_ends_it_with_0()
    {
        await using var node = await Start();
        await node.Healthy();
        Send(new IPEndPoint(IPAddress.Loopback, _port), "<13>gunicorn.shop.app: by UDP");
        Send(new UnixDomainSocketEndPoint(_directory["sockets/log.sock"]), "<13>gunicorn.shop.app: by unix socket");
        await Eventually.True(
            () => Lines().Any(static l => l.EndsWith("by UDP", StringComparison.Ordinal))
                && Lines().Any(static l => l.EndsWith("by unix socket", StringComparison.Ordinal)),
            Limit,
            "both lines stand in the file");

        var status = await Status(node);
        Assert.Equal("10001\t10001\t10001\t10001", status["Uid"]);
        Assert.All(["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"], set => Assert.Equal(0, long.Parse(status[set], NumberStyles.HexNumber)));
        Assert.Equal("1", status["NoNewPrivs"]);
        // No init: the program is process 1.
        Assert.EndsWith("\t1", status["NSpid"], StringComparison.Ordinal);

        // The heap's limit is what the image sets, half of the container's memory; nothing was killed for want of it.
        Assert.Equal(MemoryBytes / 2, await Metric("dotnet_gc_heap_limit_bytes"));
        Assert.InRange(await Metric("dotnet_gc_heap_bytes"), 1, MemoryBytes / 2);
        Assert.InRange(KiB(status["RssAnon"]), 1, MemoryBytes * 3 / 4);
        Assert.Equal("false", await node.Inspect("{{.State.OOMKilled}}"));

        Assert.Equal(0, await node.Stop());
    }

    [Fact]
    public async Task Its_HEALTHCHECK_tells_when_a_part_does_not_work_and_when_it_does_again()
    {
        // Another program has the TCP port.
        using var taken = new TcpListener(IPAddress.Loopback, _port);
        taken.Start();
        await using var node = await Start();

        var said = string.Empty;
        await Eventually.True(
            async () =>
            {
                Assert.False(await node.IsHealthy());
                var (code, lines) = await node.Execute("actorlog", "health");
                Assert.Equal(1, code);
                said = string.Join('\n', lines);
                return said.Contains("source tcp: not ready", StringComparison.Ordinal);
            },
            Limit,
            () => $"the cause is told: {said}");
        Assert.Equal(0, (await node.Execute("actorlog", "health", "alive")).Code);

        taken.Stop();
        await node.Healthy();
        Assert.Equal("healthy", await node.Inspect("{{.State.Health.Status}}"));
    }

    private async Task<Container> Start()
    {
        string[] options =
        [
            "--network", "host", "--memory", $"{MemoryBytes}",
            "--volume", $"{_directory.Folder("data")}:/var/lib/actorlog:U", "--volume", $"{_directory.Folder("sockets")}:/run/actorlog:U",
            "--env", $"ACTORLOG_SOURCES_UDP_LISTEN=127.0.0.1:{_port}", "--env", $"ACTORLOG_SOURCES_TCP_LISTEN=127.0.0.1:{_port}",
            "--env", $"ACTORLOG_HTTP_LISTEN=127.0.0.1:{_http}",
        ];
        return await Container.Start(await Podman.Image, options);
    }

    private IReadOnlyList<string> Lines() =>
        [.. SegmentFiles.Below(_directory["data/logs"]).SelectMany(static log => log).SelectMany(File.ReadAllLines)];

    private async Task<long> Metric(string name)
    {
        using var http = new HttpClient();
        var text = await http.GetStringAsync(new Uri($"http://127.0.0.1:{_http}/metrics"));
        return long.Parse(text.Split('\n').Single(l => l.StartsWith(name + " ", StringComparison.Ordinal))[(name.Length + 1)..], CultureInfo.InvariantCulture);
    }

    private static async Task<Dictionary<string, string>> Status(Container node)
    {
        var lines = await File.ReadAllLinesAsync($"/proc/{await node.Inspect("{{.State.Pid}}")}/status");
        return lines.Select(static l => l.Split(":\t", 2)).ToDictionary(static l => l[0], static l => l[1].Trim());
    }

    private static long KiB(string size) => 1024 * long.Parse(size.Split(' ')[0], CultureInfo.InvariantCulture);

    private static void Send(EndPoint to, string line)
    {
        var protocol = to is IPEndPoint ? ProtocolType.Udp : ProtocolType.Unspecified;
        using var socket = new Socket(to.AddressFamily, SocketType.Dgram, protocol);
        socket.SendTo(Encoding.UTF8.GetBytes(line), to);
    }
}
