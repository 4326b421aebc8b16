package dev.lamina.cli;

import dev.lamina.LaminaVersion;
import dev.lamina.backend.Availability;
import dev.lamina.backend.Availability.Available;
import dev.lamina.backend.Availability.Unavailable;
import dev.lamina.backend.BackendReport;
import dev.lamina.backend.BackendSelector;
import dev.lamina.config.LaminaConfig;
import dev.lamina.config.Setting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import picocli.CommandLine.Command;

/** {@code lamina doctor}. */
@Command(
    name = "doctor",
    description =
        "Shows the settings in force and their origins, the backends, and whether the JVM is fit.",
    mixinStandardHelpOptions = true)
final class DoctorCommand extends Subcommand {

  /**
   * What {@code --json} prints.
   *
   * @param lamina version of Lamina
   * @param jdk version and vendor of the JVM
   * @param system operating system and architecture
   * @param settings the settings in force
   * @param backend what was asked for, what was chosen, and the state of each backend
   * @param checks whether the JVM is fit
   */
  record Document(
      String lamina,
      String jdk,
      String system,
      List<Setting> settings,
      Map<String, Object> backend,
      List<JvmCheck> checks) {}

  DoctorCommand(Session session) {
    super(session);
  }

  @Override
  Output execute() {
    LaminaConfig config = session().config();
    BackendReport report =
        BackendSelector.select(config, BackendSelector.probe(config, BackendSelector.providers()));
    List<JvmCheck> checks = JvmCheck.all();
    String[] version = new Versions().getVersion();
    Document document =
        new Document(
            LaminaVersion.text(), version[1], version[2], config.settings(), json(report), checks);
    boolean fit = report.selected().isPresent() && checks.stream().allMatch(JvmCheck::passed);
    return new Output(document, text(version, config, report, checks), fit ? 0 : Failure.FAILED);
  }

  private static String text(
      String[] version, LaminaConfig config, BackendReport report, List<JvmCheck> checks) {
    StringJoiner lines = new StringJoiner("\n");
    for (String line : version) {
      lines.add(line);
    }
    lines.add("").add("Settings");
    int pathWidth = width(config.settings().stream().map(Setting::path).toList());
    int valueWidth = width(config.settings().stream().map(Setting::value).toList());
    for (Setting s : config.settings()) {
      String format = "  %-" + pathWidth + "s  %-" + valueWidth + "s  %s";
      lines.add(format.formatted(s.path(), s.value(), s.origin()));
    }
    lines.add("").add("Backends").add(report.toString().indent(2).stripTrailing());
    lines.add("").add("Java");
    checks.forEach(check -> lines.add("  " + check));
    return lines.toString();
  }

  private static int width(List<String> texts) {
    return texts.stream().mapToInt(String::length).max().orElse(1);
  }

  private static Map<String, Object> json(BackendReport report) {
    List<Map<String, Object>> states = new ArrayList<>();
    report
        .states()
        .forEach((id, state) -> {
          Map<String, Object> entry = new LinkedHashMap<>();
          entry.put("backend", id.text());
          describe(state, entry);
          states.add(entry);
        });
    Map<String, Object> backend = new LinkedHashMap<>();
    backend.put("choice", report.choice().text());
    backend.put("origin", report.origin());
    backend.put("selected", report.selected().map(id -> (Object) id.text()).orElse(null));
    backend.put("states", states);
    return backend;
  }

  private static void describe(Availability state, Map<String, Object> entry) {
    switch (state) {
      case Available a -> {
        entry.put("available", true);
        entry.put("device", a.device());
      }
      case Unavailable u -> {
        entry.put("available", false);
        entry.put("reason", u.reason().text());
        entry.put("detail", u.detail());
        entry.put("remedy", u.remedy());
        entry.put("cause", u.cause().map(Throwable::toString));
      }
    }
  }
}
