using ActorLog.Node.Cli;

namespace ActorLog.Node.Tests.Settings;

public class WrongConfigurationsTests
{
    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var (hocon, fault) in WrongConfigurations.Cases)
            {
                cases.Add(hocon, fault);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Check_tells_the_fault_word_for_word_and_exits_78(string hocon, string fault)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("akka.hocon", hocon);
        using var error = new StringWriter();
        var code = await new CommandLine(
            (_, _) => throw new InvalidOperationException("A faulty configuration was run."),
            new Surroundings(TextWriter.Null, error, new Dictionary<string, string>())).InvokeAsync(["check", "-c", file]);

        Assert.Equal(ExitCode.Config, code);
        Assert.Equal(
            [fault, "actorlog: the configuration has 1 fault(s); nothing was started."],
            error.ToString().Replace(folder.Path + "/", "", StringComparison.Ordinal).TrimEnd().Split('\n'));
    }

    [Fact]
    public void The_documentation_shows_every_one()
    {
        var text = File.ReadAllText(Path.Join(TemporaryFolder.Repository, "docs/configuration.md"));
        Assert.All(WrongConfigurations.Cases, wrong =>
            Assert.Contains($"```\n{wrong.Hocon}\n\n{wrong.Fault}\n```", text, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_fault_is_told_at_once_in_the_order_of_the_file()
    {
        using var folder = new TemporaryFolder();
        var faults = folder.FaultsOf(
            """
            actorlog {
              partitions = many
              spool {
                bytes-max = 10 MBB
                size = 5
              }
              routes.all.sinks = [nowhere]
              http.listen = "here"
            }
            """,
            new() { ["ACTORLOG_ROLES"] = "edge,agregator" },
            "batching.window=1 week");

        Assert.Equal(
        [
            "akka.hocon:2:3 actorlog.partitions: 'many' is not a whole number (1 to 256)",
            "akka.hocon:4:5 actorlog.spool.bytes-max: '10 MBB' is not a size (try 10MiB)",
            "akka.hocon:5:5 actorlog.spool.size: unknown key",
            "akka.hocon:7:3 actorlog.routes.all.sinks: no sink is called 'nowhere'",
            "akka.hocon:8:3 actorlog.http.listen: 'here' is neither off nor an address and port (try 127.0.0.1:5140 or [::1]:5140)",
            "--set actorlog.batching.window: '1 week' is not a time (try 10s; the units are ms, s, m, h, d)",
            "ACTORLOG_ROLES actorlog.roles: 'agregator' is not one of edge, aggregator; did you mean 'aggregator'?",
        ], faults);
    }

    [Fact]
    public void A_file_that_is_not_there_is_a_fault()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Join(folder.Path, "none.hocon");
        var reading = ActorLog.Node.Settings.SettingsReader.Read(new(path, new Dictionary<string, string>(), []));

        var fault = Assert.Single(reading.Faults);
        Assert.StartsWith($"{path}: cannot be read: ", fault.ToString(), StringComparison.Ordinal);
    }
}
