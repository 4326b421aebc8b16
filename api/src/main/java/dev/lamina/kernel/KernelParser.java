package dev.lamina.kernel;

import dev.lamina.config.NearestWords;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A recursive-descent parser of
 *
 * <pre>
 *   expr   := term ('+' term)*
 *   term   := factor ('*' factor)*
 *   factor := number | name [arguments] | '(' expr ')'
 *   arguments := '(' [name '=' value (',' name '=' value)*] ')'
 *   value  := number | name [arguments] | '[' value (',' value)* ']'
 * </pre>
 */
final class KernelParser {
  private static final int MAX_NESTING = 64;

  private final String text;
  private final Map<String, Function<Arguments, Kernel>> kernels;
  private final Map<String, Function<Arguments, Activation>> activations;
  private int at;
  private int nesting;

  KernelParser(
      String text,
      Map<String, Function<Arguments, Kernel>> kernels,
      Map<String, Function<Arguments, Activation>> activations) {
    this.text = text;
    this.kernels = kernels;
    this.activations = activations;
  }

  Kernel kernel() {
    Kernel k = expr();
    requireEnd("'+', '*' or the end");
    return k;
  }

  Activation activation() {
    Value value = value();
    requireEnd("the end");
    return activation(value);
  }

  private Kernel expr() {
    if (++nesting > MAX_NESTING) {
      throw error(at, "parentheses are nested deeper than " + MAX_NESTING);
    }
    List<Kernel> terms = new ArrayList<>(List.of(term()));
    while (accept('+')) {
      terms.add(term());
    }
    nesting--;
    return terms.size() == 1 ? terms.getFirst() : new Kernel.Sum(terms);
  }

  private Kernel term() {
    List<Kernel> factors = new ArrayList<>(List.of(factor()));
    while (accept('*')) {
      factors.add(factor());
    }
    return factors.size() == 1 ? factors.getFirst() : new Kernel.Product(factors);
  }

  private Kernel factor() {
    if (accept('(')) {
      Kernel inner = expr();
      expect(')');
      return inner;
    }
    Value value = value();
    return switch (value) {
      case Value.Literal n -> build(n.column(), () -> new Kernel.Constant(n.value()));
      case Value.Name n -> make("kernel", kernels, n);
      case Value.Many m ->
          throw error(m.column(), "expected a kernel, a number or '(' but found a list");
    };
  }

  private Activation activation(Value value) {
    if (value instanceof Value.Name n) {
      return make("activation", activations, n);
    }
    throw error(value.column(), "expected the name of an activation");
  }

  private <T> T make(String what, Map<String, Function<Arguments, T>> known, Value.Name name) {
    Function<Arguments, T> maker = known.get(name.name());
    if (maker == null) {
      throw error(
          name.column(),
          "unknown %s '%s'; %s"
              .formatted(what, name.name(), NearestWords.suggestion(name.name(), known.keySet())));
    }
    Arguments arguments = new Arguments(name);
    T made = build(name.column(), () -> maker.apply(arguments));
    arguments.requireAllUsed();
    return made;
  }

  private <T> T build(int column, java.util.function.Supplier<T> maker) {
    try {
      return maker.get();
    } catch (KernelSyntaxException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new KernelSyntaxException(text, column, e.getMessage(), e);
    }
  }

  private Value value() {
    skipSpace();
    int start = at;
    if (accept('[')) {
      if (++nesting > MAX_NESTING) {
        throw error(at, "lists are nested deeper than " + MAX_NESTING);
      }
      List<Value> values = new ArrayList<>(List.of(value()));
      while (accept(',')) {
        values.add(value());
      }
      expect(']');
      nesting--;
      return new Value.Many(start, values);
    }
    if (at < text.length() && Character.isLetter(text.charAt(at))) {
      return name();
    }
    return number();
  }

  private Value.Name name() {
    int start = at;
    while (at < text.length() && Character.isLetterOrDigit(text.charAt(at))) {
      at++;
    }
    String name = text.substring(start, at);
    Map<String, Value> parameters = new LinkedHashMap<>();
    Map<String, Integer> columns = new LinkedHashMap<>();
    if (accept('(') && !accept(')')) {
      if (++nesting > MAX_NESTING) {
        throw error(at, "parentheses are nested deeper than " + MAX_NESTING);
      }
      do {
        skipSpace();
        int column = at;
        if (at >= text.length() || !Character.isLetter(text.charAt(at))) {
          throw error(at, "expected a parameter name but found " + found());
        }
        while (at < text.length() && Character.isLetterOrDigit(text.charAt(at))) {
          at++;
        }
        String parameter = text.substring(column, at);
        expect('=');
        if (parameters.put(parameter, value()) != null) {
          throw error(column, "parameter '" + parameter + "' is given twice");
        }
        columns.put(parameter, column);
      } while (accept(','));
      expect(')');
      nesting--;
    }
    return new Value.Name(start, name, parameters, columns);
  }

  private Value.Literal number() {
    int start = at;
    if (at < text.length() && (text.charAt(at) == '-' || text.charAt(at) == '+')) {
      at++;
    }
    while (at < text.length()) {
      char c = text.charAt(at);
      boolean exponentSign =
          (c == '-' || c == '+') && (text.charAt(at - 1) == 'e' || text.charAt(at - 1) == 'E');
      if (!(c >= '0' && c <= '9') && c != '.' && c != 'e' && c != 'E' && !exponentSign) {
        break;
      }
      at++;
    }
    try {
      return new Value.Literal(start, Double.parseDouble(text.substring(start, at)));
    } catch (NumberFormatException e) {
      at = start;
      throw new KernelSyntaxException(
          text, start, "expected a number or a name but found " + found(), e);
    }
  }

  private void skipSpace() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private boolean accept(char c) {
    skipSpace();
    if (at < text.length() && text.charAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }

  private void expect(char c) {
    if (!accept(c)) {
      throw error(at, "expected '" + c + "' but found " + found());
    }
  }

  private void requireEnd(String expected) {
    skipSpace();
    if (at < text.length()) {
      throw error(at, "expected " + expected + " but found " + found());
    }
  }

  private String found() {
    return at < text.length() ? "'" + text.charAt(at) + "'" : "the end";
  }

  private KernelSyntaxException error(int column, String problem) {
    return new KernelSyntaxException(text, column, problem);
  }

  /** A value as written, with the column where it starts. */
  private sealed interface Value {
    int column();

    record Literal(int column, double value) implements Value {}

    record Name(int column, String name, Map<String, Value> values, Map<String, Integer> columns)
        implements Value {}

    record Many(int column, List<Value> values) implements Value {}
  }

  /** The arguments of one name; remembers which were asked for, so that others are errors. */
  final class Arguments {
    private final Value.Name owner;
    private final Collection<String> asked = new ArrayList<>();

    private Arguments(Value.Name owner) {
      this.owner = owner;
    }

    boolean has(String name) {
      asked.add(name);
      return owner.values().containsKey(name);
    }

    double number(String name, double fallback) {
      return has(name) ? number(name, owner.values().get(name)) : fallback;
    }

    private double number(String name, Value value) {
      if (value instanceof Value.Literal n) {
        return n.value();
      }
      throw error(name, "%s of %s must be a number".formatted(name, owner.name()));
    }

    int integer(String name, int fallback) {
      return has(name) ? requireInteger(name, number(name, fallback)) : fallback;
    }

    int requireInteger(String name, double value) {
      if (value != Math.rint(value) || Math.abs(value) > Integer.MAX_VALUE) {
        throw error(
            name,
            "%s of %s must be a whole number but is %s"
                .formatted(name, owner.name(), Parameters.number(value)));
      }
      return (int) value;
    }

    List<Double> numbers(String name) {
      if (!has(name)) {
        throw error(name, "%s of %s is missing".formatted(name, owner.name()));
      }
      Value value = owner.values().get(name);
      List<Value> values = value instanceof Value.Many m ? m.values() : List.of(value);
      return values.stream().map(v -> number(name, v)).toList();
    }

    List<Activation> activations(String name, Activation fallback) {
      if (!has(name)) {
        return List.of(fallback);
      }
      Value value = owner.values().get(name);
      List<Value> values = value instanceof Value.Many m ? m.values() : List.of(value);
      return values.stream().map(KernelParser.this::activation).toList();
    }

    boolean flag(String name) {
      return has(name)
          && choice(name, new Boolean[] {false, true}, b -> Boolean.toString(b)).booleanValue();
    }

    /** Returns the choice of that name, the first one if the parameter is absent. */
    <E> E choice(String name, E[] choices, Function<E, String> print) {
      if (!has(name)) {
        return choices[0];
      }
      List<String> known = java.util.Arrays.stream(choices).map(print).toList();
      if (owner.values().get(name) instanceof Value.Name n && n.values().isEmpty()) {
        int index = known.indexOf(n.name());
        if (index >= 0) {
          return choices[index];
        }
      }
      throw error(
          name,
          "%s of %s must be one of %s".formatted(name, owner.name(), String.join(", ", known)));
    }

    KernelSyntaxException error(String parameter, String problem) {
      int column = owner.columns().getOrDefault(parameter, owner.column());
      return KernelParser.this.error(column, problem);
    }

    private void requireAllUsed() {
      for (String name : owner.values().keySet()) {
        if (!asked.contains(name)) {
          throw error(
              name,
              asked.isEmpty()
                  ? "%s has no parameters".formatted(owner.name())
                  : "%s has no parameter '%s'; %s"
                      .formatted(owner.name(), name, NearestWords.suggestion(name, asked)));
        }
      }
    }
  }
}
