using ActorLog.Node.Cli;
using ActorLog.Node.Settings;
using ActorLog.Node.Tests.Settings;

namespace ActorLog.Node.Tests.Cli;

public sealed class CommandLineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private readonly Dictionary<string, string> _environment = [];
    private NodeSettings? _run;
    private int _prepared;

    public void Dispose()
    {
        _folder.Dispose();
        _output.Dispose();
        _error.Dispose();
    }

    [Theory]
    [InlineData]
    [InlineData("run")]
    public async Task Without_a_file_the_default_runs_and_its_code_is_the_exit_code(params string[] arguments)
    {
        Assert.Equal(42, await InvokeAsync(arguments));
        Assert.Equal(NodeRoles.Edge | NodeRoles.Aggregator, _run!.Roles);
    }

    [Fact]
    public async Task File_role_and_set_reach_the_settings()
    {
        var file = _folder.Write("x.hocon", "actorlog.name = from-file\nactorlog.partitions = 4");
        Assert.Equal(42, await InvokeAsync("-c", file, "--role", "edge", "--role", "aggregator", "--set", "partitions=8"));

        Assert.Equal(("from-file", 8, NodeRoles.Edge | NodeRoles.Aggregator), (_run!.Name, _run.Partitions, _run.Roles));
    }

    [Fact]
    public async Task The_environment_may_name_the_file()
    {
        _environment["ACTORLOG_CONFIG"] = _folder.Write("x.hocon", "actorlog.name = from-environment");
        await InvokeAsync("run");

        Assert.Equal("from-environment", _run!.Name);
    }

    [Fact]
    public async Task Run_with_faults_starts_nothing_and_exits_78()
    {
        Assert.Equal(ExitCode.Config, await InvokeAsync("run", "--set", "partitions=0", "--set", "roles=hub"));
        Assert.Null(_run);
        Assert.Equal(
            """
            --set actorlog.partitions: '0' is out of range: 1 to 256
            --set actorlog.roles: 'hub' is not one of edge, aggregator
            actorlog: the configuration has 2 fault(s); nothing was started.

            """, _error.ToString());
    }

    [Fact]
    public async Task Check_says_what_would_run()
    {
        Assert.Equal(ExitCode.Ok, await InvokeAsync("check", "--set", "name=n1", "--set", "data-directory=/data"));
        Assert.Null(_run);
        Assert.Equal(
            """
            node        n1, edge, aggregator, 16 partitions
            data        /data
            source      udp: udp 127.0.0.1:5140
            source      udp6: udp [::1]:5140
            source      tcp: tcp 127.0.0.1:5140
            source      datagram: unix-datagram /data/log.sock
            source      stream: unix-stream /data/log-stream.sock
            route       everything: all -> aggregator
            spool       /data/spool.db, up to 1GiB
            forward     to the aggregator in this process
            gateway     in this process only
            journal     /data/journal.db
            files       /data/logs/{host}.log, sealed at 100MiB, sealed each day
            http        http://127.0.0.1:8514

            """, _output.ToString());
        Assert.False(Directory.Exists("/data"));
    }

    [Theory]
    [InlineData("nope")]
    [InlineData("check", "--confg", "x")]
    [InlineData("run", "--set")]
    public async Task A_wrong_command_line_exits_2_and_runs_nothing(params string[] arguments)
    {
        Assert.Equal(ExitCode.Usage, await InvokeAsync(arguments));
        Assert.Null(_run);
        Assert.EndsWith("actorlog --help lists verbs and options.\n", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_is_one_line()
    {
        Assert.Equal(ExitCode.Ok, await InvokeAsync("version"));
        Assert.Matches("^actorlog [0-9]+\\.[0-9]+\\.[0-9]+\n$", _output.ToString());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1, "run")]
    [InlineData(1, "run", "--set", "partitions=0")]
    [InlineData(0, "check")]
    [InlineData(0, "version")]
    public async Task Only_run_begins_what_is_done_beside_the_reading_of_the_settings(int times, params string[] arguments)
    {
        await InvokeAsync(arguments);
        Assert.Equal(times, _prepared);
    }

    [Theory]
    [InlineData]
    [InlineData("run")]
    [InlineData("check")]
    [InlineData("certs")]
    [InlineData("verify")]
    [InlineData("verify", "send")]
    [InlineData("verify", "files")]
    [InlineData("report")]
    [InlineData("cat")]
    [InlineData("fsck")]
    [InlineData("spool", "list")]
    [InlineData("spool", "export")]
    [InlineData("spool", "drain")]
    [InlineData("health")]
    public async Task Help_is_there_for_each_verb(params string[] verb)
    {
        Assert.Equal(ExitCode.Ok, await InvokeAsync([.. verb, "--help"]));
        Assert.Null(_run);
        Assert.Contains("Options:", _output.ToString(), StringComparison.Ordinal);
    }

    private async Task<int> InvokeAsync(params string[] arguments) => await new CommandLine(
        (settings, _) =>
        {
            _run = settings;
            return Task.FromResult(42);
        },
        new Surroundings(_output, _error, _environment))
    { Prepare = () => _prepared++ }.InvokeAsync(arguments);
}
