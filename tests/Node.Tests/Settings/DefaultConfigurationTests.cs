using ActorLog.Node.Settings;

namespace ActorLog.Node.Tests.Settings;

/// <summary>config/akka.hocon is the list of keys and defaults: the reader knows these and no others.</summary>
public class DefaultConfigurationTests
{
    [Fact]
    public void The_embedded_default_is_the_annotated_file() =>
        Assert.Equal(File.ReadAllText(Path.Join(TemporaryFolder.Repository, "config/akka.hocon")), SettingsLayers.DefaultText());

    [Fact]
    public void Every_key_that_the_reader_knows_stands_in_the_file()
    {
        SettingsReader.Read(SettingsRequest.Default, out var asked);
        var written = Leaves();

        Assert.All(asked, key => Assert.True(
            written.Contains(key) || written.Contains(CommonOf(key)), $"{key} is read, and not in config/akka.hocon"));
    }

    [Fact]
    public void Every_key_in_the_file_is_read()
    {
        SettingsReader.Read(SettingsRequest.Default, out var asked);

        Assert.Empty(Leaves().Except(asked));
    }

    [Fact]
    public void The_file_given_as_the_configuration_changes_nothing()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Read(SettingsLayers.DefaultText());

        Assert.Empty(file.Faults);
        Assert.Equal(Shown(SettingsReader.Read(SettingsRequest.Default).Settings!), Shown(file.Settings!));
    }

    /// <summary>The key in the block of defaults that stands in for one of a source or of files.</summary>
    private static string CommonOf(string key)
    {
        var parts = key.Split('.');
        return parts[1] switch
        {
            "sources" when parts.Length > 3 => $"{SourceReader.Defaults}.{string.Join('.', parts[3..])}",
            "sinks" or "aggregator" when parts.Length > 3 => $"{FilesReader.Defaults}.{string.Join('.', parts[3..])}",
            _ => key,
        };
    }

    private static HashSet<string> Leaves()
    {
        var leaves = new HashSet<string>(StringComparer.Ordinal);
        Gather(SettingsLayers.Load(SettingsRequest.Default, []).Actorlog, leaves);
        return leaves;
    }

    private static void Gather(SettingValue value, HashSet<string> leaves)
    {
        if (value.Children is null)
        {
            leaves.Add(value.Path);
        }

        foreach (var child in value.Children?.Values ?? Enumerable.Empty<SettingValue>())
        {
            Gather(child, leaves);
        }
    }

    private static string Shown(object? value) => value switch
    {
        null => "null",
        string or ValueType => value.ToString()!,
        System.Net.EndPoint or TimeZoneInfo => value.ToString()!,
        Akka.Configuration.Config => "",
        System.Collections.IEnumerable many => $"[{string.Join(", ", many.Cast<object?>().Select(Shown))}]",
        _ => $"{{{string.Join(", ", value.GetType().GetProperties().Where(p => p.Name != "EqualityContract" && p.GetIndexParameters().Length == 0)
            .Select(p => $"{p.Name}={Shown(p.GetValue(value))}"))}}}",
    };
}
