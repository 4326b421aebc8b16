/**
 * The contract kit: tests that every backend must pass, with oracles that share no code with the
 * API.
 */
package dev.lamina.contract;
