using ActorLog.Node.Routing;

namespace ActorLog.Node.Settings;

/// <summary>Reads actorlog.routes and actorlog.sinks; of the sinks only those that a route leads to are kept.</summary>
internal sealed class RouteReader(SettingsTree tree, FilesReader files)
{
    public const string Section = SettingsTree.Root + ".routes";
    public const string SinkSection = SettingsTree.Root + ".sinks";

    /// <summary>The sink that is there without a block: the spool, and by it the aggregators.</summary>
    public const string AggregatorSink = "aggregator";

    private static readonly SettingFormat<bool> SinkType = SettingFormats.Choice(("file", true));

    public (IReadOnlyList<RouteSettings> Routes, IReadOnlyList<SinkSettings> Sinks) Read(
        IReadOnlyDictionary<string, Filter> filters)
    {
        var sinks = tree.Names(SinkSection).Select(ReadSink).ToList<SinkSettings>();
        sinks.Add(new AggregatorSinkSettings(AggregatorSink));
        TellSharedFiles([.. sinks.OfType<FileSinkNodeSettings>()]);
        var routes = tree.Names(Section).Select(name => ReadRoute(name, filters, sinks)).ToList();
        var used = sinks.Where(sink => routes.Any(route => route.Sinks.Contains(sink.Name))).ToList();
        if (used.Count > RouteTable.SinksMax)
        {
            tree.Fault("default", SinkSection, $"more than {RouteTable.SinksMax} sinks");
        }

        return (routes, used);
    }

    private FileSinkNodeSettings ReadSink(string name)
    {
        var scope = new SettingsScope(tree, $"{SinkSection}.{name}");
        scope.Read("type", SinkType);
        if (name == AggregatorSink)
        {
            tree.Fault(
                tree.Block(scope.Path)!,
                $"'{AggregatorSink}' is the spool, which is there without a block; give this sink another name");
        }

        return new FileSinkNodeSettings(name, files.Read(scope.Path));
    }

    private void TellSharedFiles(IReadOnlyList<FileSinkNodeSettings> sinks)
    {
        foreach (var sink in sinks)
        {
            var first = sinks.First(other =>
                other.Files.Directory == sink.Files.Directory && other.Files.PathTemplate == sink.Files.PathTemplate);
            if (!ReferenceEquals(first, sink))
            {
                new SettingsScope(tree, $"{SinkSection}.{sink.Name}").Fault(
                    "directory",
                    $"sink '{first.Name}' writes the same files: {Path.Join(sink.Files.Directory, sink.Files.PathTemplate)}");
            }
        }
    }

    private RouteSettings ReadRoute(
        string name, IReadOnlyDictionary<string, Filter> filters, IReadOnlyList<SinkSettings> sinks)
    {
        var scope = new SettingsScope(tree, $"{Section}.{name}");
        Filter? filter = null;
        if (scope.Find("filter") is { } filterValue && filterValue.Text != FilterReader.All
            && !filters.TryGetValue(filterValue.Text ?? "", out filter))
        {
            var near = Nearest.To(filterValue.Text ?? "", filters.Keys.Append(FilterReader.All));
            tree.Fault(filterValue, $"no filter is called '{filterValue.Text}'{near}");
        }

        var names = scope.ReadList<string>("sinks", SettingFormats.Text).Distinct(StringComparer.Ordinal).ToList();
        var known = sinks.Select(static sink => sink.Name).ToList();
        foreach (var sink in names.Except(known))
        {
            scope.Fault("sinks", $"no sink is called '{sink}'{Nearest.To(sink, known)}");
        }

        if (names.Count == 0 && scope.Find("sinks") is not null)
        {
            scope.Fault("sinks", "leads nowhere: name a sink, or leave the route out");
        }

        return new RouteSettings(name, filter, names);
    }
}
