using System.Net;
using System.Net.Sockets;
using ActorLog.Node.Cli;
using ActorLog.Node.Hosting;
using ActorLog.Node.Settings;
using ActorLog.Node.Web;
using Akka.Event;

namespace ActorLog.Node.Tests.Cli;

public sealed class HealthCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("al").FullName;
    private readonly Readiness _readiness = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
        Directory.Delete(_folder, true);
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("0.0.0.0", "0.0.0.0")]
    [InlineData("127.0.0.1", "0.0.0.0")]
    public async Task A_node_is_asked_whether_it_is_ready_or_alive(string listen, string configured)
    {
        await using var plane = await StartAsync(IPAddress.Parse(listen));
        var at = $"--set=http.listen={configured}:{plane.Address!.Port}";

        Assert.Equal((ExitCode.Ok, "ready\nhttp: ready\n"), await RunAsync(at));
        Assert.Equal((ExitCode.Ok, "alive\n"), await RunAsync("alive", at));

        _readiness.SetFault("gateway", "the port is in use", "stop the other program");
        var (code, text) = await RunAsync(at);
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("cause: the port is in use", text, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, (await RunAsync("alive", at)).Code);
    }

    [Fact]
    public async Task Nobody_who_answers_is_not_healthy()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();

        Assert.Equal(ExitCode.Failed, (await RunAsync($"--set=http.listen=127.0.0.1:{port}")).Code);
        Assert.StartsWith($"actorlog health: http://127.0.0.1:{port}/ready: ", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_http_is_off_nobody_can_be_asked()
    {
        Assert.Equal(ExitCode.Failed, (await RunAsync("--set=http.listen=off")).Code);
        Assert.Equal("actorlog health: http.listen is off: nobody can be asked\n", _error.ToString());
    }

    [Fact]
    public async Task A_faulty_configuration_exits_78() =>
        Assert.Equal(ExitCode.Config, (await RunAsync("--set=http.listen=here")).Code);

    [Fact]
    public async Task Another_question_exits_2() => Assert.Equal(ExitCode.Usage, (await RunAsync("well")).Code);

    private async Task<(int Code, string Text)> RunAsync(params string[] arguments)
    {
        _output.GetStringBuilder().Clear();
        var code = await new CommandLine(
            (_, _) => Task.FromResult(0), new Surroundings(_output, _error, new Dictionary<string, string>()))
            .InvokeAsync(["health", .. arguments]);
        return (code, _output.ToString());
    }

    private async Task<ControlPlane> StartAsync(IPAddress address)
    {
        var settings = TestNode.Read(_folder) with { Http = new HttpSettings(new IPEndPoint(address, 0)) };
        var metrics = new Metrics(new Ledger(), settings.Roles, TimeProvider.System);
        var plane = ControlPlane.Start(settings, _readiness, metrics, NoLogger.Instance)!;
        await TestNode.Until(() => plane.Address is not null, "it listens");
        return plane;
    }
}
