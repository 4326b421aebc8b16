package dev.lamina.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lamina.analysis.report.Json;
import dev.lamina.config.ConfigSources;
import java.io.PrintWriter;
import java.io.StringWriter;

/** One run of the command: exit code and what it wrote. */
record RunResult(int code, String out, String err) {

  static RunResult of(String... args) {
    return of(ConfigSources.defaults(), args);
  }

  static RunResult of(ConfigSources sources, String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Console console = new Console(new PrintWriter(out, true), new PrintWriter(err, true), false);
    int code = LaminaCommand.run(console, sources, args);
    return new RunResult(code, out.toString(), err.toString());
  }

  /** Returns standard output as the one JSON document that it must be. */
  JsonNode json() {
    return Json.read(out, JsonNode.class);
  }
}
